// RUN: sdfg-opt %s --split-input-file -p 'sdfg-accumulate{loops=i}' --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s -p sdfg-accumulate 2>&1 | filecheck %s --check-prefix=MISSING

// MISSING: loops

// CHECK: model.py:1:1: 'sdfg.map' is not transformed by sdfg-accumulate: no reduction stands in the loops i
sdfg.sdfg @none (in "A" %A: !sdfg.array<[8] x f32>, out "C" %C: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8] {
      sdfg.tasklet (%a = %A[i]) -> (%C[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-accumulate: the result moves with the loops of the reduction
sdfg.sdfg @moves (in "A" %A: !sdfg.array<[8, 8] x f32>, inout "C" %C: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[i + k] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-accumulate: the result does not move with i
sdfg.sdfg @stays (in "A" %A: !sdfg.array<[8, 8] x f32>, inout "C" %C: !sdfg.array<[] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.map' is not transformed by sdfg-accumulate: the reduction reads its own result
sdfg.sdfg @itself (inout "C" %C: !sdfg.array<[8] x f32>) {
  %V = sdfg.view %C : !sdfg.array<[8] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %V[i]) -> (%C[i] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":4:1)
  }
}

// -----

// CHECK: model.py:5:1: 'sdfg.map' is not transformed by sdfg-accumulate: registers hold a constant number of results
sdfg.sdfg @open [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, inout "C" %C: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":5:1)
  }
}

// -----

// CHECK: model.py:6:1: 'sdfg.map' is not transformed by sdfg-accumulate: a range of the reduction depends on the point
sdfg.sdfg @triangle (in "A" %A: !sdfg.array<[8, 8] x f32>, inout "C" %C: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8] {
      sdfg.map [k = 0:i + 1] {
        sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":6:1)
  }
}

// -----

// Two iterations have a register each, but one result.
// CHECK: model.py:7:1: 'sdfg.map' is not transformed by sdfg-accumulate: iterations of i may combine into the same result
sdfg.sdfg @shared (in "A" %A: !sdfg.array<[8, 8] x f32>, inout "C" %C: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[i floordiv 2] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":7:1)
  }
}

// -----

// What runs on threads later must not read and write the same results.
// CHECK: model.py:8:1: 'sdfg.map' is not transformed by sdfg-accumulate: the outermost loop combines into the same result
sdfg.sdfg @outermost (in "A" %A: !sdfg.array<[8, 8, 8] x f32>, inout "C" %C: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [h = 0:8, i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %A[h, i, k]) -> (%C[h + i] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":8:1)
  }
}

// -----

// CHECK: model.py:9:1: 'sdfg.map' is not transformed by sdfg-accumulate: registers accumulate floating-point numbers, got i32
sdfg.sdfg @integers (in "A" %A: !sdfg.array<[8, 8] x i32>, inout "C" %C: !sdfg.array<[8] x i32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8, k = 0:8] {
      sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) {
        sdfg.yield %a : i32
      }
    } loc("model.py":9:1)
  }
}
