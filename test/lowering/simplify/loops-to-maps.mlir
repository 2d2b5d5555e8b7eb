// RUN: sdfg-opt %s -p sdfg-loops-to-maps --print-debuginfo | filecheck %s

// A maximum may be taken in any order; the index of the first one, and a sum of floats, may not.
// CHECK-LABEL: @main
// CHECK: sdfg.map [r = 0:N] {
// CHECK-NEXT: sdfg.tasklet (%a{{.*}} = %x[i, r]) -> (%y[i] wcr max) {
// CHECK-NEXT: sdfg.yield %a : f32
// CHECK-NEXT: } loc("max")
// CHECK-NEXT: } loc("loop")
// CHECK: sdfg.for
// CHECK: sdfg.for
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "k" %k: !sdfg.array<[N] x i64>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.for [r = 0:N] {
        sdfg.tasklet (%a = %x[i, r], %m = %y[i]) -> (%y[i]) {
          %0 = arith.maximumf %a, %m : f32
          sdfg.yield %0 : f32
        } loc("max")
      } loc("loop")
      sdfg.for [r = 0:N] {
        sdfg.tasklet (%a = %x[i, r], %m = %y[i]) -> (%y[i]) {
          %0 = arith.addf %a, %m : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.for [r = 0:N] {
        sdfg.tasklet (%a = %x[i, r], %m = %y[i], %j = %k[i]) -> (%y[i], %k[i]) {
          %0 = arith.maximumf %a, %m : f32
          %1 = arith.cmpf ogt, %a, %m : f32
          %2 = sdfg.index r
          %3 = arith.index_cast %2 : index to i64
          %4 = arith.select %1, %3, %j : i64
          sdfg.yield %0, %4 : f32, i64
        }
      }
    }
  }
}
