// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// What follows the reduction follows on the tile; a convolution keeps channels in lanes and a row of the image in rows.
sdfg.sdfg @conv (in "X" %X: !sdfg.array<[3, 8, 14] x f32>, in "s" %S: !sdfg.array<[16] x f32>, out "Y" %Y: !sdfg.array<[16, 6, 12] x f32>) {
  %W = sdfg.constant #sdfg.weight<"W"> : !sdfg.array<[16, 3, 3, 3] x f32>
  %t = sdfg.alloc "t" : !sdfg.array<[16, 6, 12] x f32>
  sdfg.state @conv {
    sdfg.map [i0 = 0:16, i1 = 0:6, i2 = 0:12] {
      sdfg.tasklet () -> (%t[i0, i1, i2]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:3, r1 = 0:3, r2 = 0:3] {
        sdfg.tasklet (%x = %X[r0, i1 + r1, i2 + r2], %w = %W[i0, r0, r1, r2]) -> (%t[i0, i1, i2] wcr sum) {
          %0 = arith.mulf %x, %w : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.tasklet (%v = %t[i0, i1, i2], %s = %S[i0]) -> (%Y[i0, i1, i2]) {
        %0 = arith.addf %v, %s : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
// CHECK:       sdfg.alloc "W_packed" : !sdfg.array<[1, 3, 3, 3, 2, 8] x f32>
// CHECK:       sdfg.map [o0 = 0:6, band = 0:2] attributes {recipe = "convolution"
// CHECK:         math.fma
// CHECK:         sdfg.tasklet (%{{.*}} = %acc[line, vec]) -> (%[[T:.*]][line, vec, 0:8]) {
// CHECK:         sdfg.map [line = 0:6, vec = 0:2, column = 0:8] {
// CHECK-NEXT:      sdfg.tasklet (%v = %[[T]][line, vec, column], %s = %S[8 * vec + column]) -> (%Y[8 * vec + column, o0, 6 * band + line]) {
// CHECK:           sdfg.tasklet (%{{.*}} = %[[T]][line, vec, column]) -> (%t[8 * vec + column, o0, 6 * band + line]) {
