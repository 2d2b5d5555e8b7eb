// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes,sdfg-vectorize-maps,sdfg-parallelize,sdfg-outline-maps' --print-debuginfo | filecheck %s

// The whole schedule of a product: the constant operand packed, blocks of 2 vectors on threads, in each tiles of 6 rows, then the rows left over.
sdfg.sdfg @product [M] (in "A" %A: !sdfg.array<[M, 96] x f32>, out "C" %C: !sdfg.array<[M, 32] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[96, 32] x f32>
  sdfg.state @fc {
    sdfg.matmul (%A, %B) -> (%C) loc("fc1")
  }
}
// CHECK:       sdfg.sdfg private @fc1 (in "B" %B: {{.*}}, out "B_packed" %packed: !sdfg.array<[2, 96, 2, 8] x f32>
// CHECK:         sdfg.map [block = 0:2, k = 0:96, vec = 0:2, column = 0:8] schedule(simd) {
// CHECK:       sdfg.sdfg private @fc1_2 [M] (in "B_packed" %packed: {{.*}}, in "A" %A: {{.*}}, out "C" %C:
// CHECK:         sdfg.map [block = 0:2, band = 0:M floordiv 6] schedule(parallel if {{.*}}) attributes {recipe = "contraction"
// CHECK:             sdfg.for [k = 0:96] {
// CHECK:               sdfg.map [line = 0:6] schedule(unroll) {
// CHECK:                 sdfg.map [vec = 0:2] schedule(unroll) {
// CHECK:                   math.fma %{{.*}} : vector<8xf32> loc("fc1")
// CHECK:       sdfg.sdfg private @fc1_3 [M] (in "B_packed" %packed: {{.*}}, in "A" %A: {{.*}}, out "C" %C:
// CHECK:         sdfg.map [block = 0:2, band = 0:M - 6 * (M floordiv 6)] schedule(parallel if
// CHECK:           math.fma %{{.*}} : vector<8xf32> loc("fc1")
// CHECK:       sdfg.sdfg @product
// CHECK:         %packed = sdfg.alloc "B_packed" : !sdfg.array<[2, 96, 2, 8] x f32> loc("fc1")
// CHECK-NEXT:    sdfg.state @fc {
// CHECK-NEXT:      sdfg.call @fc1(%B, %packed) attributes {label = "fc1"} loc("fc1")
// CHECK-NEXT:      sdfg.call @fc1_2(%packed, %A, %C) [M = M] attributes {label = "fc1"} loc("fc1")
// CHECK-NEXT:      sdfg.call @fc1_3(%packed, %A, %C) [M = M] attributes {label = "fc1"} loc("fc1")
