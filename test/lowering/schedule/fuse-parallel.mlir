// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-fuse-parallel' | filecheck %s

// Rows of one result after the other: the second reads what the first has written at the same point,
// the border of the same row comes along, with its own numbers of the rows.
// CHECK-LABEL: @rows
// CHECK: sdfg.map [i = 0:64] schedule(parallel) {
// CHECK-NEXT: sdfg.map [j = 0:16] {
// CHECK: sdfg.map [j = 0:16] {
// CHECK-NEXT: sdfg.tasklet (%{{.*}} = %t[i + 1, j]) -> (%y[i, j]) {
// CHECK: sdfg.map [k = 0:4] schedule(simd) {
// CHECK-NEXT: sdfg.tasklet () -> (%t[i + 1, k + 16]) {
// CHECK-NOT: sdfg.map
sdfg.sdfg @rows (in "x" %x: !sdfg.array<[64, 16] x f32>, inout "t" %t: !sdfg.array<[66, 20] x f32>, out "y" %y: !sdfg.array<[64, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.map [j = 0:16] {
        sdfg.tasklet (%a = %x[i, j]) -> (%t[i + 1, j]) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [m = 0:64] schedule(parallel) {
      sdfg.map [j = 0:16] {
        sdfg.tasklet (%a = %t[m + 1, j]) -> (%y[m, j]) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [i = 1:65, k = 0:4] schedule(simd) {
      sdfg.tasklet () -> (%t[i, k + 16]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// A point reads what another one wrote: all must have done so.
// CHECK-LABEL: @neighbours
// CHECK-COUNT-2: schedule(parallel)
sdfg.sdfg @neighbours (in "x" %x: !sdfg.array<[64] x f32>, inout "t" %t: !sdfg.array<[65] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %t[i + 1]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// What stands between reads the first result and makes the operand of the last nest: it stays there.
// CHECK-LABEL: @between
// CHECK-COUNT-2: schedule(parallel)
sdfg.sdfg @between (in "x" %x: !sdfg.array<[64] x f32>, inout "t" %t: !sdfg.array<[64] x f32>, inout "s" %s: !sdfg.array<[] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.tasklet (%a = %t[3]) -> (%s[]) {
      sdfg.yield %a : f32
    }
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %x[i], %b = %s[]) -> (%y[i]) {
        %c = arith.addf %a, %b : f32
        sdfg.yield %c : f32
      }
    }
  }
}

// A short sum over the points would be a race.
// CHECK-LABEL: @sum
// CHECK: sdfg.map [i = 0:64] schedule(parallel) {
// CHECK: sdfg.map [i = 0:64, k = 0:2] {
sdfg.sdfg @sum (in "x" %x: !sdfg.array<[64, 2] x f32>, out "y" %y: !sdfg.array<[64] x f32>, inout "s" %s: !sdfg.array<[2] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, 0]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64, k = 0:2] {
      sdfg.tasklet (%a = %x[i, k]) -> (%s[k] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Each reads weights of half a megabyte for all of its points: both would not stay in a cache.
// CHECK-LABEL: @weights
// CHECK-COUNT-2: schedule(parallel)
sdfg.sdfg @weights (in "a" %a: !sdfg.array<[131072] x f32>, in "b" %b: !sdfg.array<[131072] x f32>, out "y" %y: !sdfg.array<[64] x f32>, out "z" %z: !sdfg.array<[64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.for [k = 0:131072] {
        sdfg.tasklet (%v = %a[k]) -> (%y[i] wcr sum) {
          sdfg.yield %v : f32
        }
      }
    }
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.for [k = 0:131072] {
        sdfg.tasklet (%v = %b[k]) -> (%z[i] wcr sum) {
          sdfg.yield %v : f32
        }
      }
    }
  }
}

// Threads where the first or the second condition holds are another question; the same one is not.
// CHECK-LABEL: @conditions
// CHECK: sdfg.map [i = 0:N] schedule(parallel if N > 64) {
// CHECK-NEXT: sdfg.tasklet (%{{.*}} = %x[i]) -> (%y[i]) {
// CHECK: sdfg.tasklet (%{{.*}} = %y[i]) -> (%z[i]) {
// CHECK: sdfg.map [i = 0:N] schedule(parallel if N > 32) {
sdfg.sdfg @conditions [N] (in "x" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "z" %z: !sdfg.array<[N] x f32>, out "w" %w: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] schedule(parallel if N > 64) {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N] schedule(parallel if N > 64) {
      sdfg.tasklet (%a = %y[i]) -> (%z[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N] schedule(parallel if N > 32) {
      sdfg.tasklet (%a = %z[i]) -> (%w[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}
