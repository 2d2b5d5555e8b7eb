// RUN: sdfg-opt %s --split-input-file -p sdfg-fuse-loops --verify-diagnostics | filecheck %s

// The second reads, in other iterations, what the first writes.
// CHECK: model.py:1:1: 'sdfg.state' is not transformed by sdfg-fuse-loops: no two loops side by side run over the same range and share data
sdfg.sdfg @neighbours [N] (in "x" %x: !sdfg.array<[N] x f32>, inout "q" %q: !sdfg.array<[N + 1] x f32>, out "p" %p: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %x[i]) -> (%q[i]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %q[i + 1]) -> (%p[i]) {
        sdfg.yield %0 : f32
      }
    }
  } loc("model.py":1:1)
}

// -----

// The one between needs all of the first, and the second all of it.
// CHECK: model.py:2:1: 'sdfg.state' is not transformed by sdfg-fuse-loops: no two loops side by side run over the same range and share data
sdfg.sdfg @between [N] (in "x" %x: !sdfg.array<[N] x f32>, inout "t" %t: !sdfg.array<[] x f32>, inout "q" %q: !sdfg.array<[N] x f32>, out "p" %p: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %x[i]) -> (%q[i]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.tasklet (%0 = %q[0]) -> (%t[]) {
      sdfg.yield %0 : f32
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %t[], %1 = %x[i]) -> (%p[i]) {
        sdfg.yield %0 : f32
      }
    }
  } loc("model.py":2:1)
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-fuse-loops: 'sdfg.read_symbol' stands in the nest
sdfg.sdfg @symbol [N] (in "L" %L: !sdfg.array<[N] x i64>, in "x" %x: !sdfg.array<[N] x f32>, out "q" %q: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.read_symbol n = %L[i]
      sdfg.tasklet (%0 = %x[n]) -> (%q[i]) {
        sdfg.yield %0 : f32
      }
    } loc("model.py":3:1)
  }
}
