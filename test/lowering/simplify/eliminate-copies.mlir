// RUN: sdfg-opt %s -p sdfg-eliminate-copies | filecheck %s

// Written where it is needed: a padded image, the result of the program.
// CHECK-LABEL: @backward
// CHECK: [[T:%.+]] = sdfg.view %y : !sdfg.array<[N, 4] x f32, strides [9, 1], offset 2>
// CHECK-NOT: sdfg.copy
// CHECK: -> ([[T]][i, j]) {
// CHECK-NOT: sdfg.copy
sdfg.sdfg @backward [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N, 9] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N, 4] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:4] {
      sdfg.tasklet (%a = %x[i, j]) -> (%t[i, j]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N, j = 0:2] {
      sdfg.tasklet () -> (%y[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %t[0:N, 0:4] -> %y[0:N, 2:6]
  }
}

// Read where it comes from: a slice, and a map that only transposes.
// CHECK-LABEL: @forward
// CHECK: [[T:%.+]] = sdfg.view %x : !sdfg.array<[4, N] x f32, strides [1, 9], offset 1>
// CHECK: [[U:%.+]] = sdfg.view %x : !sdfg.array<[2, N] x f32, strides [2, 9], offset 1>
// CHECK-NOT: sdfg.copy
// CHECK: %b = [[U]][0, j]
sdfg.sdfg @forward [N] (in "x" %x: !sdfg.array<[N, 9] x f32>, out "y" %y: !sdfg.array<[4, N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[4, N] x f32>
  %u = sdfg.alloc : !sdfg.array<[2, N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:4] {
      sdfg.tasklet (%a = %x[i, j + 1]) -> (%t[j, i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.copy %t[0:4:2, 0:N] -> %u[0:2, 0:N]
    sdfg.map [i = 0:4, j = 0:N] {
      sdfg.tasklet (%a = %t[i, j], %b = %u[0, j]) -> (%y[i, j]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// The source changes while the copy is still read; the target is read before the copy.
// CHECK-LABEL: @kept
// CHECK-COUNT-2: sdfg.copy
sdfg.sdfg @kept [N] (inout "x" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  %u = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %t[0:N]
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %t[N - 1 - i], %b = %y[i]) -> (%x[i], %u[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0, %a : f32, f32
      }
    }
    sdfg.copy %u[0:N] -> %y[0:N]
  }
}
