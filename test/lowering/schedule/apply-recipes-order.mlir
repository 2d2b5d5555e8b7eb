// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-apply-recipes{recipe="%S/Inputs/order.mlir"},sdfg-eliminate-dead-code,sdfg-parallelize' | filecheck %s

// Steps that ask for dependences, in a recipe: two passes over a row become one, temporaries registers.
// CHECK:      sdfg.map [rows = 0:N floordiv 4] schedule(parallel if N floordiv 4 > 3) attributes {recipe = "rows", knobs = {together = 4 : i64}} {
// CHECK-NEXT:   %u = sdfg.alloc "u" : !sdfg.array<[4] x f32, register>
// CHECK-NEXT:   %t = sdfg.alloc "t" : !sdfg.array<[4] x f32, register>
// CHECK:        sdfg.for [l1 = 0:K] {
// CHECK-NEXT:     sdfg.map [row = 0:4] schedule(unroll) {
// CHECK-NEXT:       sdfg.tasklet ({{.*}} = %A[4 * rows + row, l1], {{.*}} = %t[row]) -> (%t[row]) {
// CHECK:            sdfg.tasklet ({{.*}} = %A[4 * rows + row, l1], {{.*}} = %u[row]) -> (%u[row]) {
sdfg.sdfg @main [N, K] (in "A" %A: !sdfg.array<[N, K] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N] x f32>
  %u = sdfg.alloc "u" : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%t[i], %u[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0, %0 : f32, f32
      }
      sdfg.for [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k], %b = %t[i]) -> (%t[i]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.for [m = 0:K] {
        sdfg.tasklet (%a = %A[i, m], %b = %u[i]) -> (%u[i]) {
          %0 = arith.maximumf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.tasklet (%a = %t[i], %b = %u[i]) -> (%y[i]) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
