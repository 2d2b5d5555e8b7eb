// RUN: sdfg-opt %s --split-input-file --verify-diagnostics -p 'sdfg-prefetch{loop=k moving=v}' | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-prefetch{loop=k distance=0}' 2>&1 | filecheck %s --check-prefix=OPTION
// RUN: not sdfg-opt %s -p 'sdfg-prefetch{loop=k level=4}' 2>&1 | filecheck %s --check-prefix=OPTION
// RUN: not sdfg-opt %s -p 'sdfg-prefetch' 2>&1 | filecheck %s --check-prefix=MISSING

// OPTION: sdfg-prefetch: distance is at least 1, level 1, 2 or 3
// MISSING: loop

// Nothing moves with both loops.
// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-prefetch: nothing that moves with k is read there in a box
sdfg.sdfg @main (in "B" %B: !sdfg.array<[64] x f32>, out "C" %C: !sdfg.array<[64, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [k = 0:64, v = 0:16] {
      sdfg.tasklet (%b = %B[k]) -> (%C[k, v]) { sdfg.yield %b : f32 }
    } loc("model.py":3:1)
  }
}

// -----

// The bounds of what the inner loop reads are not known.
// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-prefetch: nothing that moves with k is read there in a box
sdfg.sdfg @main (in "B" %B: !sdfg.array<[64, 16] x f32>, out "C" %C: !sdfg.array<[64, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.map [v = 0:16] {
        sdfg.tasklet (%b = %B[k, (v * v) mod 16]) -> (%C[k, v]) { sdfg.yield %b : f32 }
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-prefetch: there is no loop k
sdfg.sdfg @main (in "B" %B: !sdfg.array<[64] x f32>, out "C" %C: !sdfg.array<[64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%b = %B[i]) -> (%C[i]) { sdfg.yield %b : f32 }
    } loc("model.py":3:1)
  }
}
