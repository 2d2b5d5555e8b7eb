// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Tasklets on scalars: points in, points out, conflict resolution, nothing in.
sdfg.sdfg @main [N, K] (in "a" %A: !sdfg.array<[N, K] x f32>, in "b" %B: !sdfg.array<[K] x f32>, out "c" %C: !sdfg.array<[N] x f32>, out "m" %M: !sdfg.array<[] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      // CHECK: sdfg.tasklet () -> (%C[i]) {
      sdfg.tasklet () -> (%C[i]) {
        %0 = arith.constant 0.0 : f32
        // CHECK: sdfg.yield %0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:K] {
        // CHECK: sdfg.tasklet (%a = %A[i, k], %b = %B[k]) -> (%C[i] wcr sum, %M[] wcr maxnum) {
        sdfg.tasklet (%a = %A[i, k], %b = %B[k]) -> (%C[i] wcr sum, %M[] wcr maxnum) {
          // GENERIC: ^bb0(%a: f32, %b: f32):
          // CHECK: %p = arith.mulf %a, %b : f32
          %p = arith.mulf %a, %b : f32
          // CHECK: sdfg.yield %p, %a : f32, f32
          sdfg.yield %p, %a : f32, f32
        }
        // GENERIC: }) {reads = [#sdfg.memlet<#sdfg.subset<"i, k">, #sdfg.expr<"1">, "">, #sdfg.memlet<#sdfg.subset<"k">, #sdfg.expr<"1">, "">], writes = [#sdfg.memlet<#sdfg.subset<"i">, #sdfg.expr<"1">, "sum">, #sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "maxnum">], operandSegmentSizes = array<i32: 2, 2>}
      }
    }
  }
}
