// RUN: sdfg-opt %s --split-input-file -p 'sdfg-vectorize{loop=i lanes=8}' --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=0}' 2>&1 | filecheck %s --check-prefix=LANES
// RUN: not sdfg-opt %s -p 'sdfg-vectorize{loop=i}' 2>&1 | filecheck %s --check-prefix=MISSING
// RUN: sdfg-opt %s --split-input-file -p 'sdfg-vectorize{loop=i lanes=8 into=j state=rest}' --verify-diagnostics | filecheck %s --check-prefix=NAME

// LANES: sdfg-vectorize: lanes are at least 1, got 0
// MISSING: lanes

// The last vector would not be full.
// CHECK: model.py:1:1: 'sdfg.map' is not transformed by sdfg-vectorize: no loop i holds tasklets that work on vectors
sdfg.sdfg @rest (in "A" %A: !sdfg.array<[20] x f32>, out "B" %B: !sdfg.array<[20] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:20] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// Lanes do not write side by side.
// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-vectorize: no loop i holds tasklets that work on vectors
sdfg.sdfg @column (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[16, 2] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i, 0]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-vectorize: no loop i holds tasklets that work on vectors
sdfg.sdfg @integers (in "A" %A: !sdfg.array<[16] x i32>, out "B" %B: !sdfg.array<[16] x i32>) {
  sdfg.state @s {
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : i32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.map' is not transformed by sdfg-vectorize: no loop i holds tasklets that work on vectors
sdfg.sdfg @backwards (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %A[15 - i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":4:1)
  }
}

// -----

// Registers would have to hold numbers for one loop and vectors for the other.
// CHECK: model.py:5:1: 'sdfg.map' is not transformed by sdfg-vectorize: one of the loops i that share registers does not vectorize
sdfg.sdfg @registers (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[4, 16, 2] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:4] {
      %acc = sdfg.alloc : !sdfg.array<[16] x f32, register>
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %A[i]) -> (%acc[i]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %acc[i]) -> (%B[j, i, 0]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":5:1)
  }
}

// -----

// CHECK: model.py:6:1: 'sdfg.map' is not transformed by sdfg-vectorize: registers are indexed by i + 1
sdfg.sdfg @shifted (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[4, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:4] {
      %acc = sdfg.alloc : !sdfg.array<[17] x f32, register>
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %A[i]) -> (%acc[i + 1]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %acc[i + 1]) -> (%B[j, i]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":6:1)
  }
}

// -----

// NAME: model.py:7:1: 'sdfg.map' is not transformed by sdfg-vectorize: there is a loop j already
sdfg.sdfg @name (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[4, 16] x f32>) {
  sdfg.state @rest {
    sdfg.map [j = 0:4, i = 0:16] {
      sdfg.tasklet (%a = %A[i]) -> (%B[j, i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":7:1)
  }
}
