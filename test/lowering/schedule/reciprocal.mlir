// RUN: sdfg-opt %s --sdfg-reciprocal='loop=e only=all' | filecheck %s

sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, in "S" %S: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] { sdfg.map [e = 0:8] {
      sdfg.tasklet (%a = %A[i, e], %s = %S[i]) -> (%B[i, e]) {
        %0 = arith.divf %a, %s : f32
        sdfg.yield %0 : f32
      }
    } }
  }
}
// CHECK:      sdfg.map [i = 0:N] {
// CHECK-NEXT:   %reciprocal = sdfg.alloc "reciprocal" : !sdfg.array<[] x f32, register>
// CHECK-NEXT:   sdfg.tasklet (%[[S:.*]] = %S[i]) -> (%reciprocal[]) {
// CHECK-NEXT:     %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT:     %[[R:.*]] = arith.divf %[[ONE]], %[[S]] : f32
// CHECK-NEXT:     sdfg.yield %[[R]] : f32
// CHECK:        sdfg.map [e = 0:8] {
// CHECK-NEXT:     sdfg.tasklet (%a = %A[i, e], %s = %reciprocal[]) -> (%B[i, e]) {
// CHECK-NEXT:       arith.mulf %a, %s : f32
