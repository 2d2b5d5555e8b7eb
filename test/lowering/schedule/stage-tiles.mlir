// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=1 vector-bytes=64 vector-registers=32},sdfg-apply-recipes' | filecheck %s

// In tiles of all sizes the elements of K are there, even where no i comes: they are packed.
// CHECK-COUNT-2: -> (%packed
sdfg.sdfg @scores [M, N] (in "Q" %Q: !sdfg.array<[M, 64] x f32>, in "K" %K: !sdfg.array<[N, 64] x f32>, out "S" %S: !sdfg.array<[M, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:M, j = 0:N] {
      sdfg.tasklet () -> (%S[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:64] {
        sdfg.tasklet (%a = %Q[i, k], %b = %K[j, k]) -> (%S[i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
