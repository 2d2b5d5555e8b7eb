// RUN: sdfg-opt %s -p 'sdfg-tile{loop=j size=16 rest=halves unit=4 into=jo,ji},sdfg-stage{along=ji}' | filecheck %s

// In tiles of all sizes the elements of K are there, even where no i comes.
// CHECK-COUNT-3: -> (%packed{{.*}}) {
sdfg.sdfg @scores [M, N] (in "Q" %Q: !sdfg.array<[M, 64] x f32>, in "K" %K: !sdfg.array<[N, 64] x f32>, inout "S" %S: !sdfg.array<[M, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:M, j = 0:N, k = 0:64] {
      sdfg.tasklet (%a = %Q[i, k], %b = %K[j, k]) -> (%S[i, j] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
