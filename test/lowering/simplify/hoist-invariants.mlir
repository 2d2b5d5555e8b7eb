// RUN: sdfg-opt %s -p sdfg-hoist-invariants --print-debuginfo | filecheck %s

// %u does not depend on the step, and %v only on %u; %u moves with what writes it.
// CHECK-LABEL: @loop
// CHECK:      %u = sdfg.alloc : !sdfg.array<[N] x f32> loc("u")
// CHECK-NEXT: sdfg.if T > 0 {
// CHECK-NEXT:   sdfg.state @step {
// CHECK-NEXT:     sdfg.map [i = 0:N] {
// CHECK:          } loc("square")
// CHECK:          sdfg.copy %u[0:N] -> %v[0:N]
// CHECK:        } loc("step")
// CHECK-NEXT: } loc("loop")
// CHECK-NEXT: sdfg.for [t = 0:T] {
// CHECK-NEXT:   sdfg.state @step {
// CHECK-NEXT:     sdfg.copy %v[0:N] -> %y[t, 0:N]
// CHECK:        sdfg.state @other {
// CHECK-NEXT:     sdfg.copy %u[0:N] -> %z[0:N]
sdfg.sdfg @loop [N, T] (in "w" %w: !sdfg.array<[N] x f32>, out "v" %v: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[T, N] x f32>, inout "z" %z: !sdfg.array<[N] x f32>) {
  sdfg.for [t = 0:T] {
    %u = sdfg.alloc : !sdfg.array<[N] x f32> loc("u")
    sdfg.state @step {
      sdfg.map [i = 0:N] {
        sdfg.tasklet (%a = %w[i]) -> (%u[i]) {
          %0 = arith.mulf %a, %a : f32
          sdfg.yield %0 : f32
        }
      } loc("square")
      sdfg.copy %u[0:N] -> %v[0:N]
      sdfg.copy %v[0:N] -> %y[t, 0:N]
    } loc("step")
    sdfg.state @other {
      sdfg.copy %u[0:N] -> %z[0:N]
      sdfg.map [i = 0:N] {
        sdfg.tasklet (%a = %w[i]) -> (%z[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  } loc("loop")
}

// A loop that surely runs needs no condition; what leaves the inner loop leaves the outer one too.
// The initial value comes before the sums, so that the nest may run once.
// CHECK-LABEL: @nested
// CHECK:      sdfg.state @rows {
// CHECK-NEXT:   sdfg.map [i = 0:8] {
// CHECK:          sdfg.map [r = 0:8] {
// CHECK:      sdfg.for [s = 0:4] {
// CHECK-NEXT:   sdfg.state @rows {
// CHECK-NEXT:     sdfg.copy %sums[0:8] -> %y[s, 0:8]
// CHECK:        sdfg.for [t = 0:4] {
// CHECK-NEXT:     sdfg.state @rows {
// CHECK-NEXT:       sdfg.copy %sums[t] -> %z[0]
sdfg.sdfg @nested (in "x" %x: !sdfg.array<[8, 8] x f32>, out "y" %y: !sdfg.array<[4, 8] x f32>, out "z" %z: !sdfg.array<[8] x f32>) {
  %sums = sdfg.alloc : !sdfg.array<[8] x f32>
  sdfg.for [s = 0:4] {
    sdfg.for [t = 0:4] {
      sdfg.state @rows {
        sdfg.map [i = 0:8] {
          sdfg.tasklet () -> (%sums[i]) {
            %0 = arith.constant 0.0 : f32
            sdfg.yield %0 : f32
          }
          sdfg.map [r = 0:8] {
            sdfg.tasklet (%a = %x[i, r]) -> (%sums[i] wcr sum) {
              sdfg.yield %a : f32
            }
          }
        }
        sdfg.copy %sums[0:8] -> %y[s, 0:8]
        sdfg.copy %sums[t] -> %z[0]
      }
    }
  }
}

// The condition of a loop decides about what leaves it.
// CHECK-LABEL: @condition
// CHECK:      sdfg.if n > 0 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.copy %x[0:8] -> %y[0:8]
// CHECK:      sdfg.while n > 0 {
sdfg.sdfg @condition [n0] (in "x" %x: !sdfg.array<[8] x f32>, inout "y" %y: !sdfg.array<[8] x f32>) {
  sdfg.assign n = n0
  sdfg.while n > 0 {
    sdfg.state @s {
      sdfg.copy %x[0:8] -> %y[0:8]
    }
    sdfg.assign n = n - 1
  }
}

// One value for all points of a map; it had a register per point.
// CHECK-LABEL: @map
// CHECK:      %s = sdfg.alloc : !sdfg.array<[] x f32>
// CHECK-NEXT: sdfg.tasklet (%a{{.*}} = %w[0]) -> (%s[]) {
// CHECK:      sdfg.map [i = 0:64] {
// CHECK-NEXT:   sdfg.tasklet (%a{{.*}} = %x[i], %b{{.*}} = %s[]) -> (%y[i]) {
sdfg.sdfg @map (in "w" %w: !sdfg.array<[2] x f32>, in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%a = %w[0]) -> (%s[]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%a = %x[i], %b = %s[]) -> (%y[i]) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// Kept: what reads what the loop writes, what another node reads before or writes too, a sum that
// grows, what depends on an assigned symbol, what may stop the program, what a branch decides.
// CHECK-LABEL: @kept
// CHECK:      %f = sdfg.alloc
// CHECK-NEXT: sdfg.for [t = 0:4] {
sdfg.sdfg @kept [N] (in "x" %x: !sdfg.array<[8] x f32>, in "k" %k: !sdfg.array<[8] x index>, inout "y" %y: !sdfg.array<[8] x f32>, inout "z" %z: !sdfg.array<[8] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[8] x f32>
  %b = sdfg.alloc : !sdfg.array<[8] x f32>
  %c = sdfg.alloc : !sdfg.array<[8] x f32>
  %d = sdfg.alloc : !sdfg.array<[8] x f32>
  %e = sdfg.alloc : !sdfg.array<[8] x f32>
  %f = sdfg.alloc : !sdfg.array<[8] x f32>
  sdfg.for [t = 0:4] {
    sdfg.state @s {
      sdfg.copy %y[0:8] -> %a[0:8]
      sdfg.copy %a[t] -> %y[0]
      sdfg.copy %z[t] -> %y[1]
      sdfg.copy %x[0:8] -> %z[0:8]
      sdfg.copy %x[0:8] -> %b[0:8]
      sdfg.copy %x[t] -> %b[0]
      sdfg.map [i = 0:8] {
        sdfg.tasklet (%p = %x[i]) -> (%c[i] wcr sum) {
          sdfg.yield %p : f32
        }
      }
      sdfg.tasklet (%p = %x[0]) -> (%d[0]) {
        %0 = arith.constant 0.0 : f32
        %1 = arith.cmpf ogt, %p, %0 : f32
        sdfg.assert %1, "positive"
        sdfg.yield %p : f32
      }
    }
    sdfg.assign n = t + 1
    sdfg.state @late {
      sdfg.copy %x[n] -> %e[0]
    }
    sdfg.if t > 1 {
      sdfg.state @branch {
        sdfg.copy %x[0:8] -> %f[0:8]
      }
    }
  }
}

// Kept: a map that may have no point, and what is seen outside of it.
// CHECK-LABEL: @points
// CHECK:      sdfg.map [i = 0:N] {
// CHECK-NEXT:   %s = sdfg.alloc
sdfg.sdfg @points [N] (in "w" %w: !sdfg.array<[2] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%a = %w[0]) -> (%s[]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
      sdfg.copy %s[] -> %y[i]
    }
  }
}
