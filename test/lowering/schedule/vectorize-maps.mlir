// RUN: sdfg-opt %s -p 'sdfg-vectorize-maps' | filecheck %s

// The parameter along which writes are contiguous comes last and into lanes.
// CHECK: sdfg.map [i1 = 0:M, i0 = 0:N] schedule(simd) {
sdfg.sdfg @transposed [N, M] (in "A" %A: !sdfg.array<[N, M] x f32>, out "B" %B: !sdfg.array<[M, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:N, i1 = 0:M] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%B[i1, i0]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Nothing is contiguous: nothing changes.
// CHECK: sdfg.map [i0 = 0:N] {
sdfg.sdfg @column [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, out "B" %B: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %A[i0, 3]) -> (%B[i0, 3]) {
        sdfg.yield %a : f32
      }
    }
  }
}
