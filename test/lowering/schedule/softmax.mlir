// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-tile-reductions,sdfg-vectorize-maps,sdfg-parallelize,sdfg-outline-maps' | filecheck %s

// The whole schedule of softmax: rows on threads where there are enough, each in three loops over lanes.
sdfg.sdfg @main [M] (in "X" %X: !sdfg.array<[M, 64] x f32>, out "Y" %Y: !sdfg.array<[M, 64] x f32>) {
  sdfg.state @softmax {
    sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
  }
}
// CHECK:       sdfg.sdfg private @softmax [M] (in "X" %X: {{.*}}, inout "Y" %Y:
// CHECK:         sdfg.map [i0 = 0:M] schedule(parallel if {{.*}} * M > 32768) {
// CHECK:           sdfg.map [r0 = 0:64] schedule(simd) {
// CHECK-NEXT:        sdfg.tasklet (%{{.*}} = %X[i0, r0]) -> (%[[MAX:.*]][] wcr max) {
// CHECK:           sdfg.map [r0 = 0:64] schedule(simd) {
// CHECK-NEXT:        sdfg.tasklet (%{{.*}} = %X[i0, r0], %{{.*}} = %[[MAX]][]) -> (%Y[i0, r0]) {
// CHECK:             sdfg.tasklet (%{{.*}} = %Y[i0, r0]) -> (%[[SUM:.*]][] wcr sum) {
// CHECK:           sdfg.map [i1 = 0:64] schedule(simd) {
// CHECK-NEXT:        sdfg.tasklet (%{{.*}} = %Y[i0, i1], %{{.*}} = %[[SUM]][]) -> (%Y[i0, i1]) {
// CHECK:       sdfg.sdfg @main
// CHECK:         sdfg.call @softmax(%X, %Y) [M = M]
