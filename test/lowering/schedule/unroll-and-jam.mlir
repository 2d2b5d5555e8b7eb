// RUN: sdfg-opt %s -p 'sdfg-unroll-and-jam{loop=i factor=2}' | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-unroll-and-jam{loop=i factor=1}' 2>&1 | filecheck %s --check-prefix=FACTOR
// RUN: sdfg-opt %s -p 'sdfg-unroll-and-jam{loop=k factor=2 state=s}' --verify-diagnostics | filecheck %s --check-prefix=ORDER

// FACTOR: sdfg-unroll-and-jam: factor is at least 2, got 1
// ORDER: model.py:3:1: 'sdfg.map' is not transformed by sdfg-unroll-and-jam: the iterations of loop k follow each other

// Both sums stand in one loop over k, which reads x[k] for both; private scalars stay in registers.
// CHECK:      sdfg.map [i_o = 0:N floordiv 2] {
// CHECK-NEXT:   %t = sdfg.alloc "t" : !sdfg.array<[2] x f32, register>
// CHECK-NEXT:   sdfg.map [i_i = 0:2] schedule(unroll) {
// CHECK-NEXT:     sdfg.tasklet () -> (%t[i_i]) {
// CHECK:        sdfg.for [k = 0:K] {
// CHECK-NEXT:     sdfg.map [i_i = 0:2] schedule(unroll) {
// CHECK-NEXT:       sdfg.tasklet (%a = %A[2 * i_o + i_i, k], %b = %x[k], %c = %t[i_i]) -> (%t[i_i]) {
// CHECK:        sdfg.map [i_i = 0:2] schedule(unroll) {
// CHECK-NEXT:     sdfg.tasklet (%a = %t[i_i]) -> (%y[2 * i_o + i_i]) {
// CHECK:      sdfg.map [i_o = 0:N - 2 * (N floordiv 2)] {
// CHECK:        sdfg.for [k = 0:K] {
// CHECK-NEXT:     sdfg.tasklet
sdfg.sdfg @main [N, K] (in "A" %A: !sdfg.array<[N, K] x f32>, in "x" %x: !sdfg.array<[K] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %t = sdfg.alloc "t" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%t[]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.for [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k], %b = %x[k], %c = %t[]) -> (%t[]) {
          %0 = math.fma %a, %b, %c : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.tasklet (%a = %t[]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
