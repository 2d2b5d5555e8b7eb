// RUN: sdfg-opt %s -p sdfg-overwrite-operands | filecheck %s

// Nothing is overwritten that another iteration reads, or that is read after the write.
// CHECK: @shifted
// CHECK: (%0 = %a[N - i - 1]) -> (%b[i])
// CHECK: @late
// CHECK: () -> (%b[i])
// CHECK: (%0 = %a[i]) -> (%b[i] wcr sum)
// CHECK: @reduced
// CHECK: (%0 = %a[i, k], %1 = %a[k, j]) -> (%b[i, j] wcr sum)
// CHECK: @other_type
// CHECK: (%0 = %a[i]) -> (%b[i])
sdfg.sdfg @shifted [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N] x f32>
  %b = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %a[0:N]
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %a[N - 1 - i]) -> (%b[i]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %b[0:N] -> %y[0:N]
  }
}
sdfg.sdfg @late [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N] x f32>
  %b = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %a[0:N]
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%b[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%0 = %a[i]) -> (%b[i] wcr sum) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %b[0:N] -> %y[0:N]
  }
}
sdfg.sdfg @reduced [N] (in "x" %x: !sdfg.array<[N, N] x f32>, out "y" %y: !sdfg.array<[N, N] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N, N] x f32>
  %b = sdfg.alloc : !sdfg.array<[N, N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N, 0:N] -> %a[0:N, 0:N]
    sdfg.map [i = 0:N, j = 0:N, k = 0:N] {
      sdfg.tasklet (%0 = %a[i, k], %1 = %a[k, j]) -> (%b[i, j] wcr sum) {
        %2 = arith.mulf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    }
    sdfg.copy %b[0:N, 0:N] -> %y[0:N, 0:N]
  }
}
sdfg.sdfg @other_type [N] (in "x" %x: !sdfg.array<[N + 1] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N + 1] x f32>
  %b = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N + 1] -> %a[0:N + 1]
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %a[i]) -> (%b[i]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %b[0:N] -> %y[0:N]
  }
}
