// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-parallelize' | filecheck %s

// Enough work, known when compiled: no condition.
// CHECK-LABEL: @large
// CHECK: sdfg.map [i0 = 0:512] schedule(parallel) {
// CHECK-NEXT: sdfg.map [i1 = 0:512] {
sdfg.sdfg @large (in "A" %A: !sdfg.array<[512, 512] x f32>, out "B" %B: !sdfg.array<[512, 512] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:512, i1 = 0:512] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%B[i0, i1]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// Too little work for threads.
// CHECK-LABEL: @small
// CHECK: sdfg.map [i0 = 0:8, i1 = 0:8] {
sdfg.sdfg @small (in "A" %A: !sdfg.array<[8, 8] x f32>, out "B" %B: !sdfg.array<[8, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:8, i1 = 0:8] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%B[i0, i1]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Decided at run time; one dimension is cut into blocks.
// CHECK-LABEL: @unknown
// CHECK: sdfg.map [i0b = 0:(N + 4095) floordiv 4096] schedule(parallel if 96 * N > 2000000) {
// CHECK-NEXT: sdfg.map [i0 = 4096 * i0b:min(4096 * i0b + 4096, N)] schedule(simd) {
sdfg.sdfg @unknown [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:N] schedule(simd) {
      sdfg.tasklet (%a = %A[i0]) -> (%B[i0]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Points that sum into the same element stay on one thread.
// CHECK-LABEL: @summed
// CHECK: sdfg.map [r0 = 0:100000] {
sdfg.sdfg @summed (in "A" %A: !sdfg.array<[100000] x f32>, inout "B" %B: !sdfg.array<[] x f32>) {
  sdfg.state @s {
    sdfg.map [r0 = 0:100000] {
      sdfg.tasklet (%a = %A[r0]) -> (%B[] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Few instructions, but many bytes: 8192 vectors are copied.
// CHECK-LABEL: @copied
// CHECK: sdfg.map [i = 0:64] schedule(parallel) {
sdfg.sdfg @copied (in "A" %A: !sdfg.array<[64, 2048] x f32>, out "B" %B: !sdfg.array<[64, 2048] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64, j = 0:2048] schedule(simd) {
      sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// 31 blocks on two cores: one would wait for the other at the end for longer than a loop costs, so
// that rows are points as well. Where little is done with each, blocks are enough.
// CHECK-LABEL: @uneven
// CHECK: sdfg.map [b = 0:31, i = 0:16] schedule(parallel) {
// CHECK: sdfg.map [b = 0:31] schedule(parallel) {
// CHECK-NEXT: sdfg.map [i = 0:16] {
sdfg.sdfg @uneven (in "A" %A: !sdfg.array<[31, 16, 4096] x f32>, inout "B" %B: !sdfg.array<[31, 16] x f32>, in "C" %C: !sdfg.array<[31, 16, 64] x f32>, inout "D" %D: !sdfg.array<[31, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [b = 0:31, i = 0:16] {
      sdfg.for [k = 0:4096] {
        sdfg.tasklet (%a = %A[b, i, k]) -> (%B[b, i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [b = 0:31, i = 0:16] {
      sdfg.for [k = 0:64] {
        sdfg.tasklet (%a = %C[b, i, k]) -> (%D[b, i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
