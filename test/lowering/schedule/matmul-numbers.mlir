// RUN: sdfg-opt %s -p 'sdfg-expand-library,sdfg-fuse-states,sdfg-fuse-maps,sdfg-set-machine{cores=1 vector_bytes=4 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// Without vectors a tile of numbers stays in registers.
// CHECK:      %acc = sdfg.alloc "acc" : !sdfg.array<[6, 2] x f32, register>
// CHECK:      sdfg.for [k = 0:96] {
// CHECK:        sdfg.map [line = 0:6] schedule(unroll) {
// CHECK:          sdfg.map [vec = 0:2] schedule(unroll) {
// CHECK-NEXT:       sdfg.tasklet (%{{.*}} = %{{.*}}[], %{{.*}} = %{{.*}}[vec], %{{.*}} = %acc[line, vec]) -> (%acc[line, vec]) {
// CHECK-NEXT:         math.fma %{{.*}} : f32
sdfg.sdfg @product (in "A" %A: !sdfg.array<[24, 96] x f32>, out "C" %C: !sdfg.array<[24, 32] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[96, 32] x f32>
  sdfg.state @fc {
    sdfg.matmul (%A, %B) -> (%C) loc("fc1")
  }
}
