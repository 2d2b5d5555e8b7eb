// RUN: sdfg-opt %s -p 'sdfg-unroll-and-jam{loop=i factor=2}' --verify-diagnostics --split-input-file | filecheck %s

// CHECK: model.py:1:1: 'sdfg.map' is not transformed by sdfg-unroll-and-jam: the range of k moves with i_i
sdfg.sdfg @triangle [N] (in "A" %A: !sdfg.array<[N, N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.map [k = 0:i] {
        sdfg.tasklet (%a = %A[i, k]) -> (%y[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-unroll-and-jam: no loop stands in loop i
sdfg.sdfg @flat [N] (in "A" %A: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %A[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}
