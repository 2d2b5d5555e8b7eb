// RUN: sdfg-opt %s --split-input-file -p 'sdfg-parallelize-loop{loops=i}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s --split-input-file -p 'sdfg-parallelize-loop{loops=i,j state=two}' --verify-diagnostics | filecheck %s --check-prefix=TWO
// RUN: not sdfg-opt %s -p 'sdfg-parallelize-loop{loops=i least=0}' 2>&1 | filecheck %s --check-prefix=LEAST

// LEAST: sdfg-parallelize-loop: least is at least 1, got 0

// CHECK: model.py:1:1: 'sdfg.for' is not transformed by sdfg-parallelize-loop: C is written, and read in an iteration of i 2 later
sdfg.sdfg @carried [N] (inout "C" %C: !sdfg.array<[N + 2] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.tasklet (%a = %C[i]) -> (%C[i + 2]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: iterations of i combine into the same element of C
// TWO: model.py:2:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: loops i, j are not perfectly nested
sdfg.sdfg @sum [N] (in "A" %A: !sdfg.array<[N] x f32>, inout "C" %C: !sdfg.array<[] x f32>) {
  sdfg.state @two {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %A[i]) -> (%C[] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: a loop within is on threads
// TWO: model.py:3:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: a loop within is on threads
sdfg.sdfg @nested [N] (in "A" %A: !sdfg.array<[N, N, N] x f32>, out "C" %C: !sdfg.array<[N, N, N] x f32>) {
  sdfg.state @two {
    sdfg.map [i = 0:N, j = 0:N] {
      sdfg.map [k = 0:N] schedule(parallel) {
        sdfg.tasklet (%a = %A[i, j, k]) -> (%C[i, j, k]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: t is in registers, which threads do not share
sdfg.sdfg @registers [N] (in "A" %A: !sdfg.array<[N, 4] x f32>, out "C" %C: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [n = 0:N] {
      %t = sdfg.alloc "t" : !sdfg.array<[4] x f32, register>
      sdfg.map [i = 0:4] {
        sdfg.tasklet (%a = %A[n, i]) -> (%t[i]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %t[0]) -> (%C[n]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":4:1)
  }
}

// -----

// The last unit of a tile begins earlier, within the one before it.
// CHECK: model.py:5:1: 'sdfg.map' is not transformed by sdfg-parallelize-loop: iterations of i overlap: they write the same of B
sdfg.sdfg @overlap (in "A" %A: !sdfg.array<[11] x f32>, out "B" %B: !sdfg.array<[11] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:3, c = 0:4] {
      sdfg.tasklet (%a = %A[min(4 * i, 7) + c]) -> (%B[min(4 * i, 7) + c]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":5:1)
  }
}
