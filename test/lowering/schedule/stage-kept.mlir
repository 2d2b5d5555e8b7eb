// RUN: sdfg-opt %s -p 'sdfg-stage{along=j}' | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-stage{along=j}' | filecheck %s --check-prefix=CONSTANT

// Nothing is read with a stride and again, or a loop that the copy would need is shorter for some points.
// CHECK-NOT: "A_packed"
// CHECK-NOT: "B_packed"
// A constant is packed although each element is read once: that happens when the model is compiled.
// CONSTANT:  sdfg.alloc "W_packed" : !sdfg.array<[16, 8] x f32>
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[8, 16] x f32>, in "B" %B: !sdfg.array<[N, 8] x f32>, inout "C" %C: !sdfg.array<[8] x f32>) {
  %W = sdfg.constant #sdfg.weight<"W"> : !sdfg.array<[8, 16] x f32>
  sdfg.state @once {
    sdfg.map [k = 0:16, j = 0:8] {
      sdfg.tasklet (%a = %A[j, k], %w = %W[j, k]) -> (%C[j] wcr sum) {
        %0 = arith.mulf %a, %w : f32
        sdfg.yield %0 : f32
      }
    }
  }
  sdfg.state @contiguous {
    sdfg.map [i = 0:3, k = 0:N, j = 0:8] {
      sdfg.tasklet (%b = %B[k, j]) -> (%C[j] wcr sum) {
        sdfg.yield %b : f32
      }
    }
  }
  sdfg.state @triangle {
    sdfg.map [i = 0:3, k = 0:16] {
      sdfg.map [j = 0:min(k, 8)] {
        sdfg.tasklet (%a = %A[j, k]) -> (%C[j] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
