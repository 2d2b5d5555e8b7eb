// RUN: sdfg-opt %s --split-input-file -p 'sdfg-load{loops=i,j}' --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-load{loops=i}' 2>&1 | filecheck %s --check-prefix=LOOPS

// LOOPS: sdfg-load: loops names two or more, got 1

// CHECK: model.py:1:1: 'sdfg.map' is not transformed by sdfg-load: loops i, j hold no single tasklet
sdfg.sdfg @two (in "A" %A: !sdfg.array<[4] x f32>, in "B" %B: !sdfg.array<[4] x f32>, inout "C" %C: !sdfg.array<[4, 4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4, j = 0:4] {
      sdfg.tasklet (%a = %A[i]) -> (%C[i, j]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %C[i, j], %b = %B[j]) -> (%C[i, j]) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-load: registers hold a constant number of values
sdfg.sdfg @open [N] (in "A" %A: !sdfg.array<[N] x f32>, in "B" %B: !sdfg.array<[N] x f32>, inout "C" %C: !sdfg.array<[N, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:N] {
      sdfg.tasklet (%a = %A[i], %b = %B[j]) -> (%C[i, j]) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    } loc("model.py":2:1)
  }
}
