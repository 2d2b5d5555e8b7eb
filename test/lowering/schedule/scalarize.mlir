// RUN: sdfg-opt %s -p 'sdfg-scalarize' | filecheck %s

// What a point combines into one element is in a register while it does, also for what follows.
// CHECK-LABEL: @sums
// CHECK:         sdfg.map [i = 0:4] {
// CHECK-NEXT:      %[[T:.*]] = sdfg.alloc "C" : !sdfg.array<[] x f32, register>
// CHECK-NEXT:      sdfg.tasklet () -> (%[[T]][]) {
// CHECK:           sdfg.map [k = 0:8] {
// CHECK-NEXT:        sdfg.tasklet (%a = %A[i, k]) -> (%[[T]][] wcr sum) {
// CHECK:           sdfg.tasklet (%c = %[[T]][]) -> (%D[i]) {
// CHECK:           sdfg.tasklet (%{{.*}} = %[[T]][]) -> (%C[i]) {
sdfg.sdfg @sums (in "A" %A: !sdfg.array<[4, 8] x f32>, out "C" %C: !sdfg.array<[4] x f32>, out "D" %D: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.tasklet () -> (%C[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%c = %C[i]) -> (%D[i]) {
        %0 = arith.negf %c : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// What goes on from a value, what points read of each other, and what is written but once stay.
// CHECK-LABEL: @kept
// CHECK-NOT:     register
sdfg.sdfg @kept (in "A" %A: !sdfg.array<[4, 8] x f32>, inout "C" %C: !sdfg.array<[4] x f32>, out "D" %D: !sdfg.array<[4] x f32>, out "E" %E: !sdfg.array<[4] x f32>) {
  sdfg.state @goes_on {
    sdfg.map [i = 0:4, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @first_read {
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%c = %C[i]) -> (%C[i]) {
        %0 = arith.negf %c : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%c = %C[i]) -> (%D[i]) {
        sdfg.yield %c : f32
      }
    }
  }
  sdfg.state @elsewhere {
    sdfg.for [k = 0:2] {
      sdfg.map [i = 0:4] {
        sdfg.tasklet (%a = %A[i, k]) -> (%D[i]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [i = 0:4] {
        sdfg.tasklet (%d = %D[3 - i]) -> (%E[i]) {
          sdfg.yield %d : f32
        }
      }
    }
  }
}
