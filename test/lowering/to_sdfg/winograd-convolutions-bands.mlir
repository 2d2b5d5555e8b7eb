// RUN: sdfg-opt %s -p 'sdfg-winograd-convolutions{outputs=2 least-channels=1 least-gain=0.1 band-bytes=300}' | filecheck %s

// The tiles do not fit into 300 bytes: two of eight at a time, of one image after the other. The matrices have a row
// more than the tiles, so that the elements of a tile do not compete for places in the caches.
// CHECK:      [[BLOCK:%.*]] = sdfg.alloc : !sdfg.array<[4, 3, 3] x f32>
// CHECK-NEXT: [[V:%.*]] = sdfg.view [[BLOCK]] : !sdfg.array<[4, 2, 3] x f32, strides [9, 3, 1]>
// CHECK:      sdfg.state @s {
// CHECK:        sdfg.tasklet ({{.*}}) -> (%a[]) {
// CHECK:      }
// CHECK:      sdfg.for [image = 0:N] {
// CHECK-NEXT:   sdfg.for [band = 0:4] {
// CHECK-NEXT:     sdfg.state @s {
// CHECK-NEXT:       sdfg.map [i0 = 0:1, i1 = 0:2, i2 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet ({{%.*}} = %x[i0 + image, i2, 2 * i1 + 4 * band], {{.*}}) -> ([[V]][0, 2 * i0 + i1, i2]
// CHECK:            sdfg.matmul ([[V]], {{%.*}}) -> ([[M:%.*]])
// CHECK:            sdfg.tasklet ({{%.*}} = [[M]][0, 2 * i0 + i1, i2], {{.*}}) -> ([[Y:%.*]][i0 + image, 2 * i1 + 4 * band, i2]
// CHECK:      sdfg.state @s {
// CHECK:        sdfg.tasklet ({{%.*}} = [[Y]][i0, i2, i1]) -> (%y[i0, i1, i2]) {
// CHECK:        sdfg.tasklet ({{.*}}) -> (%b[]) {
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 3, 18] x f32>, out "y" %y: !sdfg.array<[N, 5, 16] x f32>, out "a" %a: !sdfg.array<[] x f32>, out "b" %b: !sdfg.array<[] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[5, 3, 3] x f32>
  sdfg.state @s {
    sdfg.tasklet () -> (%a[]) {
      %0 = arith.constant 1.000000e+00 : f32
      sdfg.yield %0 : f32
    }
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1>, groups = 1 : i64, strides = array<i64: 1>}
    sdfg.tasklet () -> (%b[]) {
      %0 = arith.constant 2.000000e+00 : f32
      sdfg.yield %0 : f32
    }
  }
}
