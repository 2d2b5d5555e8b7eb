// RUN: sdfg-opt %s -p 'sdfg-stage{along=j only=all}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-stage{along=n}' --verify-diagnostics | filecheck %s --check-prefix=LOOP
// RUN: not sdfg-opt %s -p 'sdfg-stage{along=j only=some}' 2>&1 | filecheck %s --check-prefix=ONLY
// RUN: not sdfg-opt %s -p 'sdfg-stage{along=j pad=-1}' 2>&1 | filecheck %s --check-prefix=PAD
// RUN: not sdfg-opt %s -p 'sdfg-stage{along=j storage=cupboard}' 2>&1 | filecheck %s --check-prefix=STORAGE

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-stage: table is written in the nest
// LOOP: model.py:3:1: 'sdfg.map' is not transformed by sdfg-stage: there is no loop n
// ONLY: sdfg-stage: only is one of all, constants, reused, scattered, strided, got some
// PAD: sdfg-stage: pad is at least 0, got -1
// STORAGE: sdfg-stage: a copy is in memory, got the storage cupboard
sdfg.sdfg @main (in "A" %A: !sdfg.array<[8] x f32>, inout "C" %C: !sdfg.array<[8] x f32>) {
  %t = sdfg.alloc "table" : !sdfg.array<[8] x f32>
  sdfg.state @s {
    sdfg.map [j = 0:8] {
      sdfg.tasklet (%a = %A[j]) -> (%t[j]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %t[j]) -> (%C[j] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
