// RUN: sdfg-opt %s -p sdfg-fuse-maps --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-fuse-maps{rows=false}' | filecheck %s --check-prefix=APART

// Passes over the same rows become one map over the rows; a row of known size lives on the stack.
// CHECK-LABEL: @softmax
// CHECK:      sdfg.map [i0 = 0:N, i1 = 0:12] {
// CHECK-NEXT:   %e = sdfg.alloc : !sdfg.array<[64] x f32, stack> loc("e")
// CHECK-NEXT:   %s = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK:        sdfg.map [r = 0:64] {
// CHECK:          -> (%e[r]) {
// CHECK:          sdfg.tasklet (%a{{.*}} = %e[r]) -> (%s[] wcr sum) {
// CHECK:        } loc("exp")
// CHECK:        sdfg.map [k = 0:64] {
// CHECK:          sdfg.tasklet (%a{{.*}} = %e[k], %b{{.*}} = %s[]) -> (%y[i0, i1, k]) {
// CHECK:        } loc("div")
// CHECK-NEXT: } loc(fused["exp", "sum", "div"])
// APART-LABEL: @softmax
// APART: sdfg.map [i0 = 0:N, i1 = 0:12] {
// APART: sdfg.map [i0 = 0:N, i1 = 0:12, k = 0:64] {
sdfg.sdfg @softmax [N] (in "x" %x: !sdfg.array<[N, 12, 64] x f32>, out "y" %y: !sdfg.array<[N, 12, 64] x f32>) {
  %e = sdfg.alloc : !sdfg.array<[N, 12, 64] x f32> loc("e")
  %s = sdfg.alloc : !sdfg.array<[N, 12] x f32>
  sdfg.state @s {
    sdfg.map [i0 = 0:N, i1 = 0:12, j = 0:64] {
      sdfg.tasklet (%a = %x[i0, i1, j]) -> (%e[i0, i1, j]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    } loc("exp")
    sdfg.map [i0 = 0:N, i1 = 0:12] {
      sdfg.tasklet () -> (%s[i0, i1]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%a = %e[i0, i1, r]) -> (%s[i0, i1] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("sum")
    sdfg.map [i0 = 0:N, i1 = 0:12, k = 0:64] {
      sdfg.tasklet (%a = %e[i0, i1, k], %b = %s[i0, i1]) -> (%y[i0, i1, k]) {
        %0 = arith.divf %a, %b : f32
        sdfg.yield %0 : f32
      }
    } loc("div")
  }
}

// A row of any length stays in memory.
// CHECK-LABEL: @dynamic
// CHECK:      %e = sdfg.alloc : !sdfg.array<[64, N] x f32>
// CHECK:      sdfg.map [i = 0:64] {
// CHECK:        sdfg.map [j = 0:N] {
// CHECK:        -> (%e[i, j]) {
// CHECK:        sdfg.map [r = 0:N] {
// CHECK:      } loc(fused["exp", "sum"])
sdfg.sdfg @dynamic [N] (in "x" %x: !sdfg.array<[64, N] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %e = sdfg.alloc : !sdfg.array<[64, N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:64, j = 0:N] {
      sdfg.tasklet (%a = %x[i, j]) -> (%e[i, j]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    } loc("exp")
    sdfg.map [i = 0:64] {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:N] {
        sdfg.tasklet (%a = %e[i, r], %b = %e[i, 0]) -> (%y[i] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("sum")
  }
}

// A product of matrices wants its loops for itself: an element of %b is read for every row.
// CHECK-LABEL: @product
// CHECK: sdfg.map [i = 0:N, j = 0:64] {
// CHECK: sdfg.map [i = 0:N, j = 0:64, k = 0:8] {
sdfg.sdfg @product [N] (in "a" %a: !sdfg.array<[N, 64] x f32>, in "b" %b: !sdfg.array<[64, 64] x f32>, out "y" %y: !sdfg.array<[N, 64, 8] x f32>) {
  %c = sdfg.alloc : !sdfg.array<[N, 64] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:64] {
      sdfg.tasklet () -> (%c[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%p = %a[i, r], %q = %b[r, j]) -> (%c[i, j] wcr sum) {
          %0 = arith.mulf %p, %q : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.map [i = 0:N, j = 0:64, k = 0:8] {
      sdfg.tasklet (%p = %c[i, j]) -> (%y[i, j, k]) {
        sdfg.yield %p : f32
      }
    }
  }
}

// Each row needs all rows, or there are too few to run in parallel.
// CHECK-LABEL: @kept
// CHECK: sdfg.map [i = 0:N, j = 0:64] {
// CHECK: sdfg.map [i = 0:N] {
// CHECK: sdfg.map [i = 0:4, j = 0:64] {
// CHECK: sdfg.map [i = 0:4] {
sdfg.sdfg @kept [N] (in "x" %x: !sdfg.array<[N, 64] x f32>, out "y" %y: !sdfg.array<[N] x f32>, in "u" %u: !sdfg.array<[4, 64] x f32>, out "v" %v: !sdfg.array<[4] x f32>) {
  %e = sdfg.alloc : !sdfg.array<[N, 64] x f32>
  %f = sdfg.alloc : !sdfg.array<[4, 64] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:64] {
      sdfg.tasklet (%a = %x[i, j]) -> (%e[i, j]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%a = %e[i, r], %b = %e[N - 1 - i, r]) -> (%y[i] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.map [i = 0:4, j = 0:64] {
      sdfg.tasklet (%a = %u[i, j]) -> (%f[i, j]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:4] {
      sdfg.tasklet () -> (%v[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%a = %f[i, r], %b = %f[i, 0]) -> (%v[i] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// What sums up the rows themselves would make them wait for each other.
// CHECK-LABEL: @total
// CHECK:      sdfg.map [i = 0:64] {
// CHECK:        } loc("rows")
// CHECK:      sdfg.map [j = 0:64] {
// CHECK:        -> (%z[0] wcr sum) {
sdfg.sdfg @total (in "x" %x: !sdfg.array<[64, 32] x f32>, out "y" %y: !sdfg.array<[64] x f32>, inout "z" %z: !sdfg.array<[1] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:32] {
        sdfg.tasklet (%a = %x[i, r]) -> (%y[i] wcr sum) {
          sdfg.yield %a : f32
        }
      } loc("rows")
    }
    sdfg.map [j = 0:64] {
      sdfg.tasklet (%a = %y[j]) -> (%z[0] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Products that are numbered run one by one, with what is done to each between.
// CHECK-LABEL: @attention
// CHECK:      sdfg.map [h = 0:12] {
// CHECK-DAG:    %s = sdfg.alloc : !sdfg.array<[32, 16] x f32, stack>
// CHECK-DAG:    %p = sdfg.alloc : !sdfg.array<[32, 16] x f32, stack>
// CHECK:        sdfg.map [i = 0:32, j = 0:16] {
// CHECK:          sdfg.map [r = 0:24] {
// CHECK:            = %q[h, i, r]{{.*}} -> (%s[i, j] wcr sum) {
// CHECK:        sdfg.map [i = 0:32] {
// CHECK:          sdfg.map [r = 0:16] {
// CHECK:          sdfg.map [j = 0:16] {
// CHECK:            -> (%p[i, j]) {
// CHECK:        sdfg.map [i = 0:32, j = 0:24] {
// CHECK:            = %p[i, r]{{.*}} -> (%y[h, i, j] wcr sum) {
sdfg.sdfg @attention (in "q" %q: !sdfg.array<[12, 32, 24] x f32>, in "k" %k: !sdfg.array<[12, 24, 16] x f32>, in "v" %v: !sdfg.array<[12, 16, 24] x f32>, out "y" %y: !sdfg.array<[12, 32, 24] x f32>) {
  %s = sdfg.alloc : !sdfg.array<[12, 32, 16] x f32>
  %t = sdfg.alloc : !sdfg.array<[12, 32] x f32>
  %p = sdfg.alloc : !sdfg.array<[12, 32, 16] x f32>
  sdfg.state @s {
    sdfg.map [h = 0:12, i = 0:32, j = 0:16] {
      sdfg.tasklet () -> (%s[h, i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:24] {
        sdfg.tasklet (%a = %q[h, i, r], %b = %k[h, r, j]) -> (%s[h, i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.map [h = 0:12, i = 0:32] {
      sdfg.tasklet () -> (%t[h, i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:16] {
        sdfg.tasklet (%a = %s[h, i, r]) -> (%t[h, i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [h = 0:12, i = 0:32, j = 0:16] {
      sdfg.tasklet (%a = %s[h, i, j], %b = %t[h, i]) -> (%p[h, i, j]) {
        %0 = arith.divf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [h = 0:12, i = 0:32, j = 0:24] {
      sdfg.tasklet () -> (%y[h, i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:16] {
        sdfg.tasklet (%a = %p[h, i, r], %b = %v[h, r, j]) -> (%y[h, i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
