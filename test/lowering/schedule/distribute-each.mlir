// RUN: sdfg-opt %s --split-input-file -p 'sdfg-distribute{loops=i each=true}' --verify-diagnostics | filecheck %s

// A loop for each statement, of a loop whose iterations follow each other, too.
// CHECK:      sdfg.for [i = 1:N] {
// CHECK-NEXT:   sdfg.tasklet (%a = %A[i - 1]) -> (%A[i]) {
// CHECK:      sdfg.for [i = 1:N] {
// CHECK-NEXT:   sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
sdfg.sdfg @main [N] (inout "A" %A: !sdfg.array<[N] x f32>, inout "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.tasklet (%a = %A[i - 1]) -> (%A[i]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.for' is not transformed by sdfg-distribute: the parts hang together: B is written, and read in an iteration of i 1 later
sdfg.sdfg @together [N] (inout "A" %A: !sdfg.array<[N] x f32>, inout "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.tasklet (%a = %B[i - 1]) -> (%A[i]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}
