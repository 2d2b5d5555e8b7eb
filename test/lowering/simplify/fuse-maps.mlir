// RUN: sdfg-opt %s -p sdfg-fuse-maps | filecheck %s

// Elementwise chains collapse; what nobody else reads becomes a register.
// CHECK-LABEL: @chain
// CHECK: sdfg.map [i0 = 0:N, i1 = 0:M] {
// CHECK-NEXT:   [[T:%.+]] = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK-NEXT:   sdfg.tasklet (%a = %x[i0, i1]) -> ([[T]][]) {
// CHECK:        sdfg.tasklet (%a = [[T]][], %b = %x[i0, i1]) -> (%y[i0, i1]) {
// CHECK-NOT: sdfg.map
sdfg.sdfg @chain [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, out "y" %y: !sdfg.array<[N, M] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N, M] x f32>
  sdfg.state @s {
    sdfg.map [i0 = 0:N, i1 = 0:M] {
      sdfg.tasklet (%a = %x[i0, i1]) -> (%t[i0, i1]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [j0 = 0:N, j1 = 0:M] {
      sdfg.tasklet (%a = %t[j0, j1], %b = %x[j0, j1]) -> (%y[j0, j1]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// Ranges that are equal up to their order; the container is read from outside, it stays.
// CHECK-LABEL: @transposed
// CHECK: sdfg.map [i0 = 0:N, i1 = 0:M] {
// CHECK:   -> (%t[i0, i1]) {
// CHECK:   sdfg.tasklet (%a = %t[i0, i1]) -> (%y[i1, i0]) {
// CHECK-NOT: sdfg.map
sdfg.sdfg @transposed [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, out "t" %t: !sdfg.array<[N, M] x f32>, out "y" %y: !sdfg.array<[M, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:N, i1 = 0:M] {
      sdfg.tasklet (%a = %x[i0, i1]) -> (%t[i0, i1]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i0 = 0:M, i1 = 0:N] {
      sdfg.tasklet (%a = %t[i1, i0]) -> (%y[i0, i1]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// An epilogue behind a reduction, and a prologue before it, which keeps its other reader.
// CHECK-LABEL: @nest
// CHECK: sdfg.map [i0 = 0:N] {
// CHECK-NEXT:   [[Q:%.+]] = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK-NEXT:   [[S:%.+]] = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK:        sdfg.map [r0 = 0:M] {
// CHECK:          sdfg.tasklet (%a = %x[i0, r0]) -> (%q[i0, r0]) {
// CHECK:          sdfg.tasklet (%a = %q[i0, r0]) -> ({{.*}}[] wcr sum) {
// CHECK:        }
// CHECK:        -> (%y[i0]) {
// CHECK-NOT: sdfg.map
sdfg.sdfg @nest [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, out "q" %q: !sdfg.array<[N, M] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %s = sdfg.alloc : !sdfg.array<[N] x f32>
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i0 = 0:N, i1 = 0:M] {
      sdfg.tasklet (%a = %x[i0, i1]) -> (%q[i0, i1]) {
        %0 = arith.mulf %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet () -> (%s[i0]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:M] {
        sdfg.tasklet (%a = %q[i0, r0]) -> (%s[i0] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %s[i0]) -> (%t[i0]) {
        %0 = math.sqrt %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %t[i0]) -> (%y[i0]) {
        %0 = arith.negf %a : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
