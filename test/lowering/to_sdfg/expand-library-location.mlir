// RUN: sdfg-opt %s -p sdfg-expand-library --print-debuginfo | filecheck %s

// All that a node becomes has its place.
// CHECK:      sdfg.map [i0 = 0:2, i1 = 0:4] {
// CHECK-NEXT:   sdfg.tasklet () -> (%c[i0, i1]) {
// CHECK-NEXT:     arith.constant 0.000000e+00 : f32 loc("fc")
// CHECK-NEXT:     sdfg.yield {{.*}} loc("fc")
// CHECK-NEXT:   } loc("fc")
// CHECK-NEXT:   sdfg.map [r0 = 0:3] {
// CHECK-NEXT:     sdfg.tasklet
// CHECK-NEXT:       arith.mulf {{.*}} loc("fc")
// CHECK-NEXT:       sdfg.yield {{.*}} loc("fc")
// CHECK-NEXT:     } loc("fc")
// CHECK-NEXT:   } loc("fc")
// CHECK-NEXT: } loc("fc")
sdfg.sdfg @main (in "a" %a: !sdfg.array<[2, 3] x f32>, in "b" %b: !sdfg.array<[3, 4] x f32>, out "c" %c: !sdfg.array<[2, 4] x f32>) {
  sdfg.state @s {
    sdfg.matmul (%a, %b) -> (%c) loc("fc")
  }
}
