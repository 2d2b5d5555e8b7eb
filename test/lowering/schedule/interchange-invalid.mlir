// RUN: sdfg-opt %s --split-input-file -p 'sdfg-interchange{innermost=i}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s --split-input-file -p 'sdfg-interchange{innermost=i,k}' --verify-diagnostics | filecheck %s --check-prefix=NEST
// RUN: not sdfg-opt %s -p sdfg-interchange 2>&1 | filecheck %s --check-prefix=NOTHING

// NOTHING: sdfg-interchange: name the innermost or the outermost loops

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-interchange: the range of j depends on i
sdfg.sdfg @triangle [N] (in "A" %A: !sdfg.array<[N, N] x f32>, out "B" %B: !sdfg.array<[N, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.map [j = 0:i + 1] {
        sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }
}

// -----

// NEST: model.py:4:1: 'sdfg.map' is not transformed by sdfg-interchange: loops i, k are not perfectly nested
sdfg.sdfg @two [N] (in "A" %A: !sdfg.array<[N, N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%B[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:N] {
        sdfg.tasklet (%a = %A[i, k]) -> (%B[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":4:1)
  }
}

// -----

// A loop that is not there.
// CHECK: model.py:5:1: 'sdfg.map' is not transformed by sdfg-interchange: there is no loop i
// NEST: model.py:5:1: 'sdfg.map' is not transformed by sdfg-interchange: there is no loop i
sdfg.sdfg @order [N] (in "A" %A: !sdfg.array<[N] x f32>, inout "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:N] {
      sdfg.for [k = 0:N] {
        sdfg.tasklet (%a = %A[k]) -> (%B[j] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":5:1)
  }
}
