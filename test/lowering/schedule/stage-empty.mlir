// RUN: sdfg-opt %s -p 'sdfg-stage{along=j only=all}' | filecheck %s

// Where no k comes, there is no A[j, N - 1]: it is read in place. x is there in any case.
// CHECK:      sdfg.map [j = 0:8] {
// CHECK-NEXT:   sdfg.tasklet ({{.*}} = %x[j]) -> (%packed[j]) {
// CHECK:      sdfg.map [j = 0:8, k = 0:N] {
// CHECK-NEXT:   sdfg.tasklet ({{.*}} = %A[j, N - 1], {{.*}} = %packed[j]) -> (%C[j] wcr sum) {
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[8, N] x f32>, in "x" %x: !sdfg.array<[8] x f32>, inout "C" %C: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:8, k = 0:N] {
      sdfg.tasklet (%a = %A[j, N - 1], %b = %x[j]) -> (%C[j] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
