// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k moving=v distance=16}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k}' | filecheck %s --check-prefix=ALL
// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k moving=v level=2 distance=3}' | filecheck %s --check-prefix=LEVEL
// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k moving=v once=true}' | filecheck %s --check-prefix=ONCE

// ONCE: sdfg.prefetch %B[k + 32, 0:16] into 1 once
// The box of B that moves with both loops, once for its two readers; x does not move with `v`, and the copy is near.
sdfg.sdfg @main [K] (in "B" %B: !sdfg.array<[2 * K, 16] x f32>, in "x" %x: !sdfg.array<[2 * K] x f32>, out "C" %C: !sdfg.array<[16] x f32>, out "D" %D: !sdfg.array<[16] x f32>) {
  %near = sdfg.alloc "near" : !sdfg.array<[2 * K, 16] x f32, stack>
  sdfg.state @s {
    sdfg.map [i = 0:1] {
      // CHECK:      sdfg.for [k = 0:K:2] {
      // CHECK-NEXT:   sdfg.prefetch %B[k + 32, 0:16] {{.*}} loc("model.py":3:1)
      // CHECK-NOT:    sdfg.prefetch
      // ALL:        sdfg.for [k = 0:K:2] {
      // ALL-DAG:      sdfg.prefetch %B[k + 32, 0:16]
      // ALL-DAG:      sdfg.prefetch %x[k + 32]
      // ALL-NOT:      sdfg.prefetch
      // LEVEL:      sdfg.for [k = 0:K:2] {
      // LEVEL-NEXT:   sdfg.prefetch %B[k + 6, 0:16]
      sdfg.for [k = 0:K:2] {
        sdfg.map [v = 0:2] {
          sdfg.map [j = 0:8] {
            sdfg.tasklet (%b = %B[k, 8 * v + j], %a = %x[k]) -> (%C[8 * v + j] wcr sum) {
              %0 = arith.mulf %a, %b : f32
              sdfg.yield %0 : f32
            } loc("model.py":3:1)
            sdfg.tasklet (%b = %B[k, 8 * v + j], %n = %near[k, 8 * v + j]) -> (%D[8 * v + j] wcr sum) {
              %0 = arith.mulf %n, %b : f32
              sdfg.yield %0 : f32
            } loc("model.py":4:1)
          }
        }
      }
    }
  }
}
