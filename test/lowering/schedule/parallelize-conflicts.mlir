// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-parallelize{start=0}' --print-debuginfo | filecheck %s

// Threads never combine into the same element, and each map that is new stands where the old one stood.
sdfg.sdfg @main (in "A" %A: !sdfg.array<[64, 64] x f32>, inout "C" %C: !sdfg.array<[64] x f32>, inout "D" %D: !sdfg.array<[8, 8] x f32>) {
  sdfg.state @s {
    // CHECK: sdfg.map [i0 = 0:64] schedule(parallel) {
    // CHECK-NEXT: sdfg.map [i1 = 0:64] {
    // CHECK: } loc("rows")
    // CHECK-NEXT: } loc("rows")
    sdfg.map [i0 = 0:64, i1 = 0:64] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%C[i0] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("rows")
    // CHECK-NEXT: sdfg.map [i0 = 0:64, i1 = 0:64] {
    sdfg.map [i0 = 0:64, i1 = 0:64] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%C[i1] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("columns")
    // CHECK: } loc("columns")
    // CHECK-NEXT: sdfg.map [i0 = 0:64] {
    sdfg.map [i0 = 0:64] {
      sdfg.tasklet (%a = %A[i0, 0]) -> (%C[i0 mod 8] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("remainders")
    // CHECK: } loc("remainders")
    // CHECK-NEXT: sdfg.map [i0 = 0:64] schedule(parallel) {
    sdfg.map [i0 = 0:64] {
      sdfg.tasklet (%a = %A[i0, 0]) -> (%D[i0 floordiv 8, i0 mod 8] wcr sum) {
        sdfg.yield %a : f32
      }
    } loc("digits")
  }
}
