// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes,sdfg-vectorize-maps,sdfg-parallelize' | filecheck %s

// A product that exceeds the caches: B packed in the order of the loops; each thread has chunks of rows of its own, in which levels of the reduction follow each other. Of each level it copies its rows next to the core. The first level starts at 0 in registers, the others go on from C. The bands of rows each ask for a part of the next block of B, and for C of the next band.
sdfg.sdfg @product (in "A" %A: !sdfg.array<[1024, 3072] x f32>, in "B" %B: !sdfg.array<[3072, 1024] x f32>, out "C" %C: !sdfg.array<[1024, 1024] x f32>) {
  sdfg.state @mm {
    sdfg.matmul (%A, %B) -> (%C) loc("fc1")
  }
}
// CHECK:      [[B0:%.*]] = sdfg.alloc "B_packed" : !sdfg.array<[64, 1024, 16] x f32>
// CHECK:      [[B:%.*]] = sdfg.alloc "B_packed" : !sdfg.array<[2, 64, 1024, 16] x f32>
// CHECK:      sdfg.map [block = 0:64] schedule(parallel) {
// CHECK:        = %B[depth, 16 * block + column]) -> ([[B0]][block, depth, column])
// CHECK:      sdfg.map [level = 1:3, block = 0:64] schedule(parallel) {
// CHECK:        = %B[1024 * level + depth, 16 * block + column]) -> ([[B]][level - 1, block, depth, column])
// CHECK:      sdfg.map [chunk = 0:8] schedule(parallel) attributes {recipe = "matmul_blocked"
// CHECK-NEXT:   [[A0:%.*]] = sdfg.alloc "A_packed" : !sdfg.array<[32, 4, 1024] x f32, stack>
// CHECK:        sdfg.map [block = 0:64, band = 0:32] {
// CHECK-NEXT:       sdfg.prefetch %C[128 * chunk + 4 * band + 4:128 * chunk + 4 * band + 8, {{.*}} into 2 to write
// CHECK:            arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK:            sdfg.for [part = 0:64] {
// CHECK-NEXT:         sdfg.prefetch [[B0]][block + 1, 16 * part + band, 0:16] into 2
// CHECK-NEXT:         sdfg.for [turn = 0:16] {
// CHECK:              vector<8xf32> = [[B0]][block, 16 * part + turn, 8 * vec:8 * vec + 8])
// CHECK:              = [[A0]][band, line, 16 * part + turn])
// CHECK:        sdfg.for [level = 1:3] {
// CHECK-NEXT:     [[A:%.*]] = sdfg.alloc "A_packed" : !sdfg.array<[32, 4, 1024] x f32, stack>
// CHECK-NEXT:     sdfg.map {{.*}}
// CHECK:              = %A[128 * chunk + 4 * {{band_[0-9]}} + line_1, 1024 * level + depth_1]) -> ([[A]][{{.*}}, line_1, depth_1])
// CHECK:          sdfg.map [block = 0:64, band = 0:32] {
// CHECK:              vector<8xf32> = %C[128 * chunk + 4 * band + line, 16 * block + 8 * vec:16 * block + 8 * vec + 8]) -> ([[ACC:%.*]][line, vec])
// CHECK:            sdfg.for [part = 0:64] {
// CHECK-NEXT:         sdfg.prefetch [[B]][level - 1, block + 1, 16 * part + band, 0:16] into 2
// CHECK:              vector<8xf32> = [[B]][level - 1, block, 16 * part + turn, 8 * vec:8 * vec + 8])
// CHECK:              = [[A]][band, line, 16 * part + turn])
// CHECK:              math.fma %{{.*}} : vector<8xf32>
