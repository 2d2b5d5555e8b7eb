// RUN: sdfg-opt %s -p 'sdfg-fuse-loops{state=projections}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-fuse-loops{loops=r state=within}' | filecheck %s --check-prefix=WITHIN
// RUN: sdfg-opt %s -p 'sdfg-fuse-loops{state=order}' | filecheck %s --check-prefix=ORDER

// Nests of a state that read the same rows; parameters have other names.
// CHECK-LABEL: @projections
// CHECK:       sdfg.map [i = 0:N, k = 0:K] {
// CHECK-NEXT:    sdfg.tasklet ({{.*}} = %x[i, k], {{.*}} = %a[k]) -> (%q[i] wcr sum) {
// CHECK:         sdfg.tasklet ({{.*}} = %x[i, k], {{.*}} = %b[k]) -> (%p[i] wcr sum) {
// CHECK:       } loc(fused["model.py":1:1, "model.py":2:1])
// CHECK-NOT:   sdfg.map
// CHECK:       @within

// Two reductions of one row are one pass over it.
// WITHIN-LABEL: @within
// WITHIN:       sdfg.map [i = 0:N, r = 0:K] {
// WITHIN:           %x[i, r]
// WITHIN:           %x[i, r]
// WITHIN-NOT:     sdfg.map
// WITHIN:       @order

// The second reads what the first writes, in the same iteration; what stands between is in nobody's way.
// ORDER-LABEL: @order
// ORDER:       sdfg.map [i = 0:N] {
// ORDER-NEXT:    sdfg.tasklet
// ORDER:         sdfg.tasklet (%0 = %q[i]) -> (%p[i]) {
// ORDER:       sdfg.map [k = 0:K] {
sdfg.sdfg @main [N, K] (in "x" %x: !sdfg.array<[N, K] x f32>, in "a" %a: !sdfg.array<[K] x f32>, in "b" %b: !sdfg.array<[K] x f32>,
                        inout "q" %q: !sdfg.array<[N] x f32>, inout "p" %p: !sdfg.array<[N] x f32>, inout "r" %r: !sdfg.array<[K] x f32>) {
  sdfg.state @projections {
    sdfg.map [i = 0:N, k = 0:K] {
      sdfg.tasklet (%0 = %x[i, k], %1 = %a[k]) -> (%q[i] wcr sum) {
        %2 = arith.mulf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    } loc("model.py":1:1)
    sdfg.map [k = 0:N, i = 0:K] {
      sdfg.tasklet (%0 = %x[k, i], %1 = %b[i]) -> (%p[k] wcr sum) {
        %2 = arith.mulf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    } loc("model.py":2:1)
  }
  sdfg.state @within {
    sdfg.map [i = 0:N] {
      sdfg.map [r = 0:K] {
        sdfg.tasklet (%0 = %x[i, r]) -> (%q[i] wcr sum) {
          sdfg.yield %0 : f32
        }
      }
      sdfg.map [s = 0:K] {
        sdfg.tasklet (%0 = %x[i, s]) -> (%p[i] wcr max) {
          sdfg.yield %0 : f32
        }
      }
    }
  }
  sdfg.state @order {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %x[i, 0]) -> (%q[i]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [k = 0:K] {
      sdfg.tasklet (%0 = %x[0, k]) -> (%r[k]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %q[i]) -> (%p[i]) {
        sdfg.yield %0 : f32
      }
    }
  }
}
