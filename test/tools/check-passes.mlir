// RUN: sdfg-opt %s --check-passes -p 'sdfg-fuse-maps,sdfg-fuse-tasklets,canonicalize' | filecheck %s
// RUN: sdfg-opt %s --check-passes --check-seed=7 -p sdfg-eliminate-dead-code | filecheck %s

// Passes that keep all results go through; the program comes out as without the check.
// CHECK: sdfg.sdfg @main [N]
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8] x f32>, in "at" %at: !sdfg.array<[N] x i64>,
                     out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N, 8] x f32>
  sdfg.state @square {
    sdfg.map [i0 = 0:N, i1 = 0:8] {
      sdfg.tasklet (%a = %x[i0, i1]) -> (%t[i0, i1]) {
        %0 = arith.mulf %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
    // CHECK: sdfg.load
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%k = %at[i0], %all: !sdfg.array<[N, 8] x f32> = %t[0:N, 0:8] volume 1) -> (%y[i0]) {
        %c = arith.index_cast %k : i64 to index
        %r = sdfg.index i0
        %v = sdfg.load %all[%r, %c] : !sdfg.array<[N, 8] x f32> -> f32
        sdfg.yield %v : f32
      }
    }
  }
}
