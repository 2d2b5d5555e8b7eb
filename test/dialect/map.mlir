// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Parametric scopes with strides, nested, with schedules.
sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, out "y" %y: !sdfg.array<[N, M] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.map [i = 0:N, j = 0:M:16] schedule(parallel if N > 64) {
    sdfg.map [i = 0:N, j = 0:M:16] schedule(parallel if N > 64) {
      // GENERIC: }) {params = ["k"], ranges = #sdfg.subset<"j:min(M, j + 16)">, schedule = #sdfg.schedule<"simd", #sdfg.expr<"true">>} : () -> ()
      // CHECK: sdfg.map [k = j:min(M, j + 16)] schedule(simd) {
      sdfg.map [k = j:min(M, j + 16)] schedule(simd) {
        // CHECK: %t = sdfg.alloc : !sdfg.array<[] x f32, register>
        %t = sdfg.alloc : !sdfg.array<[] x f32, register>
        // CHECK: sdfg.copy %x[i, k] -> %t[]
        sdfg.copy %x[i, k] -> %t[]
        // CHECK: sdfg.copy %t[] -> %y[i, k]
        sdfg.copy %t[] -> %y[i, k]
      }
    }
    // CHECK: sdfg.map [i = 0:4] schedule(unroll) attributes {note} {
    sdfg.map [i = 0:4] schedule(unroll) attributes {note} {
    }
    // CHECK: sdfg.map [i = 0:N] {
    sdfg.map [i = 0:N] {
    }
  }
}
