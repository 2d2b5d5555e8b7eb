// RUN: sdfg-opt %s -p 'sdfg-tile{loop=q size=8}' --verify-diagnostics | filecheck %s --check-prefix=LOOP
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8}' --verify-diagnostics | filecheck %s --check-prefix=STEP
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=j size=8 into=i,ji}' --verify-diagnostics | filecheck %s --check-prefix=NAME
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=k size=8}' --verify-diagnostics | filecheck %s --check-prefix=ORDER
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=j size=4 state=together}' --verify-diagnostics | filecheck %s --check-prefix=TOGETHER
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=0}' 2>&1 | filecheck %s --check-prefix=SIZE
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=some}' 2>&1 | filecheck %s --check-prefix=REST
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=8 into=a}' 2>&1 | filecheck %s --check-prefix=INTO
// RUN: not sdfg-opt %s -p 'sdfg-tile{size=8}' 2>&1 | filecheck %s --check-prefix=MISSING
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=q size=8 state="not *"}' | filecheck %s --check-prefix=NONE

// LOOP: model.py:3:1: 'sdfg.map' is not transformed by sdfg-tile: there is no loop q
// STEP: model.py:3:1: 'sdfg.map' is not transformed by sdfg-tile: loop i has the step 2
// NAME: model.py:3:1: 'sdfg.map' is not transformed by sdfg-tile: there is a loop i already
// ORDER: model.py:3:1: 'sdfg.map' is not transformed by sdfg-tile: the iterations of loop k follow each other
// SIZE: sdfg-tile: size and unit are at least 1
// REST: sdfg-tile: rest is one of exact, halves, mask, min, overlap, got some
// INTO: sdfg-tile: into names two loops or three, got a
// MISSING: loop
// NONE: sdfg.map [i = 0:16:2, j = 0:8] {
sdfg.sdfg @main (in "A" %A: !sdfg.array<[16, 8] x f32>, inout "B" %B: !sdfg.array<[16, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:16:2, j = 0:8] {
      sdfg.for [k = 0:3] {
        sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }

  // TOGETHER: model.py:9:1: 'sdfg.map' is not transformed by sdfg-tile: loops i, j are scheduled together: simd
  sdfg.state @together {
    sdfg.map [i = 0:16, j = 0:8] schedule(simd) {
      sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":9:1)
  }
}
