// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes,sdfg-vectorize-maps,sdfg-parallelize' | filecheck %s

// A product that exceeds the caches: B packed in the order of the loops; each thread has chunks of rows of its own, in which levels of the reduction follow each other. Of each level it copies its rows next to the core.
sdfg.sdfg @product (in "A" %A: !sdfg.array<[1024, 1024] x f32>, in "B" %B: !sdfg.array<[1024, 1024] x f32>, out "C" %C: !sdfg.array<[1024, 1024] x f32>) {
  sdfg.state @mm {
    sdfg.matmul (%A, %B) -> (%C) loc("fc1")
  }
}
// CHECK:      [[B:%.*]] = sdfg.alloc "B_packed" : !sdfg.array<[2, 64, 512, 16] x f32>
// CHECK:      sdfg.map [level = 0:2, block = 0:64] schedule(parallel) {
// CHECK:        = %B[512 * level + depth, 16 * block + column]) -> ([[B]][level, block, depth, column])
// CHECK:      sdfg.map [chunk = 0:4] schedule(parallel) attributes {recipe = "matmul_blocked"
// CHECK-NEXT:   sdfg.map [block = 0:64, band = 0:64] {
// CHECK:            arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK:        sdfg.for [level = 0:2] {
// CHECK-NEXT:     [[A:%.*]] = sdfg.alloc "A_packed" : !sdfg.array<[64, 4, 512] x f32, stack>
// CHECK-NEXT:     sdfg.map [band_1 = 0:64, line_1 = 0:4, depth_1 = 0:512] schedule(simd) {
// CHECK:              = %A[256 * chunk + 4 * band_1 + line_1, 512 * level + depth_1]) -> ([[A]][band_1, line_1, depth_1])
// CHECK:          sdfg.map [block = 0:64, band = 0:64] {
// CHECK:              vector<8xf32> = %C[256 * chunk + 4 * band + line, 16 * block + 8 * vec:16 * block + 8 * vec + 8]) -> ([[ACC:%.*]][line, vec])
// CHECK:            sdfg.for [depth = 0:512] {
// CHECK:              vector<8xf32> = [[B]][level, block, depth, 8 * vec:8 * vec + 8])
// CHECK:              = [[A]][band, line, depth])
// CHECK:              math.fma %{{.*}} : vector<8xf32>
