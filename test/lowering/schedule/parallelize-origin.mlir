// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-parallelize{start=0 block=16}' | filecheck %s

// What made a nest is said on its outermost map, also where that is new.
// CHECK:      sdfg.map [i = 0:64] schedule(parallel) attributes {recipe = "rows", knobs = {size = 4 : i64}} {
// CHECK-NEXT:   sdfg.map [j = 0:64] {
// CHECK:      sdfg.map [ib = 0:4] schedule(parallel) attributes {recipe = "line"} {
// CHECK-NEXT:   sdfg.map [i = 16 * ib:min({{.*}})] schedule(simd) {
sdfg.sdfg @main (in "A" %A: !sdfg.array<[64, 64] x f32>, out "B" %B: !sdfg.array<[64, 64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64, j = 0:64] attributes {recipe = "rows", knobs = {size = 4 : i64}} {
      sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] schedule(simd) attributes {recipe = "line"} {
      sdfg.tasklet (%a = %A[0, i]) -> (%B[0, i]) {
        sdfg.yield %a : f32
      }
    }
  }
}
