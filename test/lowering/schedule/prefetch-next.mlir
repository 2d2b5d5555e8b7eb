// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k of=i distance=1}' | filecheck %s

// The last loop over a row asks for the next row; what both loops share is not the row.
// CHECK-LABEL: sdfg.sdfg @main
sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[9, K] x f32>, in "x" %x: !sdfg.array<[K] x f32>, out "C" %C: !sdfg.array<[9] x f32>, out "D" %D: !sdfg.array<[9] x f32>) {
  sdfg.state @rows {
    sdfg.map [i = 0:9] {
      // CHECK:      sdfg.map [k = 0:K] {
      // CHECK-NEXT:   sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum)
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k]) -> (%C[i] wcr sum) { sdfg.yield %a : f32 }
      }
      // CHECK:      sdfg.map [k = 0:K] {
      // CHECK-NEXT:   sdfg.prefetch %A[i + 1, k] into 1
      // CHECK-NEXT:   sdfg.tasklet
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k], %b = %x[k]) -> (%D[i] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
