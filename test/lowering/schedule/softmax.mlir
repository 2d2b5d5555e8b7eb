// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-fuse-tasklets,sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes,sdfg-vectorize-maps,sdfg-parallelize,sdfg-outline-maps' | filecheck %s

// The whole schedule of softmax: rows on threads where there are enough, each in three passes over vectors.
sdfg.sdfg @main [M] (in "X" %X: !sdfg.array<[M, 64] x f32>, out "Y" %Y: !sdfg.array<[M, 64] x f32>) {
  sdfg.state @softmax {
    sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
  }
}
// CHECK:       sdfg.sdfg private @softmax [M] (in "X" %X: {{.*}}, inout "Y" %Y:
// CHECK:         sdfg.map [row = 0:M] schedule(parallel if {{.*}}) attributes {recipe = "softmax"
// CHECK:           sdfg.for [block = 0:2] {
// CHECK-NEXT:        sdfg.map [vec = 0:4] schedule(unroll) {
// CHECK-NEXT:          sdfg.tasklet (%{{.*}}: vector<8xf32> = %X[row, 32 * block + 8 * vec:32 * block + 8 * vec + 8], %{{.*}} = %[[MAXIMA:.*]][vec, 0]) -> (%[[MAXIMA]][vec, 0]) {
// CHECK:           -> (%[[MAX:.*]][] wcr larger) {
// CHECK:             arith.maximumf %{{.*}} fastmath<nnan> : vector<8xf32>
// CHECK:             vector.reduction <maximumf>, %{{.*}} fastmath<reassoc,nnan>
// CHECK:           sdfg.for [block = 0:2] {
// CHECK:             math.exp %{{.*}} {sdfg.nonpositive} : vector<8xf32>
// CHECK:           -> (%[[SUM:.*]][] wcr sum) {
// CHECK:           sdfg.map [block = 0:2] {
// CHECK-NEXT:        sdfg.map [vec = 0:4] schedule(unroll) {
// CHECK-NEXT:          sdfg.tasklet (%{{.*}}: vector<8xf32> = %Y[row, 32 * block + 8 * vec:32 * block + 8 * vec + 8], %{{.*}} = %reciprocal[]) -> (%Y[row, 32 * block + 8 * vec:32 * block + 8 * vec + 8]) {
// CHECK:       sdfg.sdfg @main
// CHECK:         sdfg.call @softmax(%X, %Y) [M = M]
