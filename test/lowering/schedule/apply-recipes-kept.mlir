// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// Nests that no recipe fits stay as they are: of integers, of reductions whose length is that of the only dimension, of
// results that the reduction itself reads.
// CHECK-NOT: recipe =
// CHECK-NOT: "acc"
sdfg.sdfg @kept [N] (in "A" %A: !sdfg.array<[N, N] x f32>, in "I" %I: !sdfg.array<[N, N] x i32>, inout "C" %C: !sdfg.array<[N] x f32>, out "J" %J: !sdfg.array<[N] x i32>) {
  %V = sdfg.view %C : !sdfg.array<[N] x f32>
  sdfg.state @integers {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet () -> (%J[i0]) {
        %0 = arith.constant 0 : i32
        sdfg.yield %0 : i32
      }
      sdfg.map [r0 = 0:N] {
        sdfg.tasklet (%a = %I[r0, i0]) -> (%J[i0] wcr sum) {
          sdfg.yield %a : i32
        }
      }
    }
  }
  sdfg.state @triangle {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet () -> (%C[i0]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:i0 + 1] {
        sdfg.tasklet (%a = %A[r0, i0]) -> (%C[i0] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  }
  sdfg.state @itself {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet () -> (%C[i0]) {
        %0 = arith.constant 1.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:N] {
        sdfg.tasklet (%a = %V[i0]) -> (%C[i0] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}

// An epilogue in place follows the result.
// CHECK-LABEL: @in_place
sdfg.sdfg @in_place (in "A" %A: !sdfg.array<[96, 16] x f32>, out "C" %C: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:16] {
      sdfg.tasklet () -> (%C[i0]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[r0, i0]) -> (%C[i0] wcr sum) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%c = %C[i0]) -> (%C[i0]) {
        %0 = arith.negf %c : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
// CHECK:      recipe = "columns"
// CHECK:      arith.negf %c : vector<8xf32>
// CHECK:      sdfg.tasklet (%{{.*}} = %[[C:.*]][vec]) -> (%C[16 * block + 8 * vec:16 * block + 8 * vec + 8]) {
