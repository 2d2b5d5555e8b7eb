// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=j}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=i,j}' | filecheck %s --check-prefix=BOTH
// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=i,q state=pair}' --verify-diagnostics | filecheck %s --check-prefix=LOOP
// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=n}' --verify-diagnostics | filecheck %s --check-prefix=OPEN
// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=i most=3}' --verify-diagnostics | filecheck %s --check-prefix=MOST
// RUN: not sdfg-opt %s -p 'sdfg-unroll{loops=i most=0}' 2>&1 | filecheck %s --check-prefix=NONE

// RUN: sdfg-opt %s -p 'sdfg-unroll{loops=i leaves=true}' | filecheck %s --check-prefix=LEAVES

// A schedule of one loop takes it out of the map; a loop around is unrolled where the next one is in it.
// CHECK:      sdfg.map [n = 0:N, i = 0:4] {
// CHECK-NEXT:   sdfg.map [j = 0:2] schedule(unroll) {
// CHECK:        } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
// BOTH:       sdfg.map [n = 0:N] {
// BOTH-NEXT:    sdfg.map [i = 0:4, j = 0:2] schedule(unroll) {
// A loop stays around one that stays.
// LEAVES:     sdfg.map [n = 0:N, i = 0:4, j = 0:2] {
// LOOP: model.py:3:1: 'sdfg.map' is not transformed by sdfg-unroll: there is no loop q
// OPEN: model.py:3:1: 'sdfg.map' is not transformed by sdfg-unroll: loop n has no constant size
// MOST: model.py:3:1: 'sdfg.map' is not transformed by sdfg-unroll: loop i has 4 iterations, more than 3
// NONE: sdfg-unroll: most is at least 1, got 0
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 4, 2] x f32>, out "B" %B: !sdfg.array<[N, 4, 2] x f32>) {
  sdfg.state @pair {
    sdfg.map [n = 0:N, i = 0:4, j = 0:2] {
      sdfg.tasklet (%a = %A[n, i, j]) -> (%B[n, i, j]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
