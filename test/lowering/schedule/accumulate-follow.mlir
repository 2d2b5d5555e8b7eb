// RUN: sdfg-opt %s -p 'sdfg-accumulate{loops=i}' --print-debuginfo | filecheck %s

// Blocks `c` of a reduction combine into the same results, which have no first value just before: they follow each other, and
// each goes on from where the last one ended. The loops `g` and `b` have results of their own and stay maps.
// CHECK:      sdfg.map [g = 0:2] {
// CHECK-NEXT:   sdfg.for [c = 0:4] {
// CHECK-NEXT:     sdfg.map [b = 0:3] {
// CHECK-NEXT:       %acc = sdfg.alloc "acc" : !sdfg.array<[8] x f32, register> loc("model.py":5:1)
// CHECK-NEXT:       sdfg.map [i = 0:8] {
// CHECK-NEXT:         sdfg.tasklet (%[[V:.*]] loc({{.*}}) = %C[g, 8 * b + i]) -> (%acc[i]) {
// CHECK:            sdfg.for [k = 0:16] {
// CHECK:                math.fma
// CHECK:              sdfg.tasklet (%{{.*}} = %acc[i]) -> (%C[g, 8 * b + i]) {
// CHECK:        } loc("model.py":3:1)
// CHECK-NEXT:   } loc("model.py":2:1)
// CHECK-NEXT: } loc("model.py":1:1)
sdfg.sdfg @main (in "A" %A: !sdfg.array<[2, 64] x f32>, in "B" %B: !sdfg.array<[64, 24] x f32>, inout "C" %C: !sdfg.array<[2, 24] x f32>) {
  sdfg.state @s {
    sdfg.map [g = 0:2] {
      sdfg.map [c = 0:4] {
        sdfg.map [b = 0:3] {
          sdfg.map [i = 0:8] {
            sdfg.map [k = 0:16] {
              sdfg.tasklet (%a = %A[g, 16 * c + k], %b = %B[16 * c + k, 8 * b + i]) -> (%C[g, 8 * b + i] wcr sum) {
                %0 = arith.mulf %a, %b : f32
                sdfg.yield %0 : f32
              } loc("model.py":5:1)
            }
          }
        } loc("model.py":3:1)
      } loc("model.py":2:1)
    } loc("model.py":1:1)
  }
}
