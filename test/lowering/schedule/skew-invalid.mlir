// RUN: sdfg-opt %s --split-input-file -p 'sdfg-skew{loops=i,j}' --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-skew{loops=i}' 2>&1 | filecheck %s --check-prefix=TWO

// TWO: sdfg-skew: loops are two, got i

// CHECK: model.py:1:1: 'sdfg.for' is not transformed by sdfg-skew: loop j is parallel as it is
sdfg.sdfg @rows [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.for [j = 0:M] {
        sdfg.tasklet (%a = %A[i - 1, j]) -> (%A[i, j]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.for' is not transformed by sdfg-skew: loop i is parallel for each j
sdfg.sdfg @columns [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.for [j = 1:M] {
        sdfg.tasklet (%a = %A[i, j - 1]) -> (%A[i, j]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":2:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.for' is not transformed by sdfg-skew: no slope: total is read, and written in an iteration of i later, however far apart
sdfg.sdfg @total [N, M] (in "A" %A: !sdfg.array<[N, M] x f32>, inout "B" %total: !sdfg.array<[] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.for [j = 0:M] {
        sdfg.tasklet (%a = %A[i, j], %b = %total[]) -> (%total[]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.for' is not transformed by sdfg-skew: the range of loop j moves with loop i
sdfg.sdfg @triangle [N] (inout "A" %A: !sdfg.array<[N, N] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.for [j = 1:i] {
        sdfg.tasklet (%a = %A[i - 1, j], %b = %A[i, j - 1]) -> (%A[i, j]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":4:1)
  }
}

// -----

// CHECK: model.py:5:1: 'sdfg.for' is not transformed by sdfg-skew: the steps of loops i and j are not 1
sdfg.sdfg @steps [N] (inout "A" %A: !sdfg.array<[N, N] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 2:N:2] {
      sdfg.for [j = 1:N] {
        sdfg.tasklet (%a = %A[i - 2, j], %b = %A[i, j - 1]) -> (%A[i, j]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":5:1)
  }
}

// -----

// CHECK: model.py:6:1: 'sdfg.for' is not transformed by sdfg-skew: loop i holds more than loop j
sdfg.sdfg @more [N] (inout "A" %A: !sdfg.array<[N, N] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.for [j = 1:N] {
        sdfg.tasklet (%a = %A[i - 1, j]) -> (%A[i, j]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %A[i - 1, 0]) -> (%A[i, 0]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":6:1)
  }
}
