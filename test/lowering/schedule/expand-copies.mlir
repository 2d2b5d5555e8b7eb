// RUN: sdfg-opt %s --sdfg-expand-copies | filecheck %s

// A large copy becomes a map, a small one stays.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 64] x f32>, out "B" %B: !sdfg.array<[N + 8, 64] x f32>, out "C" %C: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.copy %A[0:N, 0:64] -> %B[8:N + 8, 0:64]
    sdfg.copy %A[0, 0:8] -> %C[0:8]
  }
}
// CHECK:        sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:64] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %A[i0, i1]) -> (%B[i0 + 8, i1]) {
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK:          sdfg.copy %A[0, 0:8] -> %C[0:8]
