// RUN: sdfg-opt %s --split-input-file -p 'sdfg-privatize{loop=i}' --verify-diagnostics | filecheck %s

// CHECK: model.py:1:1: 'sdfg.for' is not transformed by sdfg-privatize: t is read before it is written in an iteration of i
sdfg.sdfg @before [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[4] x f32>
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.map [k = 0:3] {
        sdfg.tasklet (%a = %A[i]) -> (%t[k]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %t[3]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.for' is not transformed by sdfg-privatize: t is used outside of loop i
sdfg.sdfg @outside [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[] x f32>
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.tasklet (%a = %A[i]) -> (%t[]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
    sdfg.tasklet (%a = %t[]) -> (%B[0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.for' is not transformed by sdfg-privatize: t has N elements for each iteration
sdfg.sdfg @open [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N, N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.map [k = 0:N] {
        sdfg.tasklet (%a = %A[k]) -> (%t[k]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [k = 0:N] {
        sdfg.tasklet (%a = %t[k]) -> (%B[i, k]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.map' is not transformed by sdfg-privatize: loop i writes no temporary from outside
sdfg.sdfg @none [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":4:1)
  }
}
