// RUN: sdfg-opt %s -p sdfg-vectorize-maps --print-debuginfo | filecheck %s

// Lanes for sums and for private scalars; none where points meet, around loops, or for vectors. Locations stay.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, inout "S" %S: !sdfg.array<[] x f32>, inout "C" %C: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    // CHECK: sdfg.map [i0 = 0:8] schedule(simd) {
    sdfg.map [i0 = 0:8] {
      sdfg.tasklet (%a = %A[0, i0]) -> (%S[] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("sum")
    // CHECK: } loc("sum")
    // CHECK-NEXT: sdfg.map [i0 = 0:N] schedule(simd) {
    sdfg.map [i0 = 0:N] {
      %t = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%a = %A[i0, 1]) -> (%t[]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %t[]) -> (%C[i0]) {
        sdfg.yield %a : f32
      }
    } loc("private")
    // CHECK: } loc("private")
    // CHECK-NEXT: sdfg.map [i0 = 0:N] {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %C[i0]) -> (%C[i0 floordiv 2] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("meet")
    // CHECK: } loc("meet")
    // CHECK-NEXT: sdfg.map [i0 = 0:N] {
    // CHECK-NEXT: sdfg.for [k = 0:8] {
    sdfg.map [i0 = 0:N] {
      sdfg.for [k = 0:8] {
        sdfg.tasklet (%a = %A[i0, k]) -> (%C[i0]) {
          sdfg.yield %a : f32
        }
      }
    } loc("loop")
    // CHECK: } loc("loop")
    // CHECK-NEXT: sdfg.map [i0 = 0:N floordiv 8] {
    sdfg.map [i0 = 0:N floordiv 8] {
      sdfg.tasklet (%a: vector<8xf32> = %A[i0, 0:8]) -> (%C[8 * i0:8 * i0 + 8]) {
        sdfg.yield %a : vector<8xf32>
      }
    } loc("vectors")
  }
}
