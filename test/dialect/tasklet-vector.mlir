// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Tasklets on vectors: a range in or out becomes a vector of its elements.
sdfg.sdfg @main [N] (in "a" %A: !sdfg.array<[N, 32] x f32>, out "c" %C: !sdfg.array<[N, 32] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:32:16] {
      // CHECK: sdfg.tasklet (%a = %A[i, 0], %b: vector<16xf32> = %A[i, j:j + 16]) -> (%C[i, j:j + 16]) {
      sdfg.tasklet (%a = %A[i, 0], %b: vector<16xf32> = %A[i, j:j + 16]) -> (%C[i, j:j + 16]) {
        // CHECK: %s = vector.broadcast %a : f32 to vector<16xf32>
        %s = vector.broadcast %a : f32 to vector<16xf32>
        // CHECK: %p = arith.mulf %s, %b : vector<16xf32>
        %p = arith.mulf %s, %b : vector<16xf32>
        // CHECK: sdfg.yield %p : vector<16xf32>
        sdfg.yield %p : vector<16xf32>
      }
    }
  }
}
