// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Symbols may have the names of constants and functions that sympy knows.
// CHECK: sdfg.sdfg @main [E, I, pi, S, N, gamma, lambda] (in "x" %x: !sdfg.array<[E, I + 1, 2 * pi] x f32>) version 1 {
sdfg.sdfg @main [E, I, pi, S, N, gamma, lambda] (in "x" %x: !sdfg.array<[E, I + 1, 2 * pi] x f32>) version 1 {
  // CHECK: %a = sdfg.alloc : !sdfg.array<[E * I, S, N] x f32>
  %a = sdfg.alloc : !sdfg.array<[E * I, S, N] x f32>
  // CHECK: sdfg.assign O = E + I + pi + 1
  sdfg.assign O = E + I + pi + 1
  // CHECK: sdfg.assign oo = gamma floordiv lambda
  sdfg.assign oo = gamma floordiv lambda
  sdfg.state @s {
    // CHECK: sdfg.map [beta = 0:E, zeta = 0:S, Q = 0:N] {
    sdfg.map [beta = 0:E, zeta = 0:S, Q = 0:N] {
      // CHECK: sdfg.tasklet () -> (%a[beta, zeta, Q]) {
      sdfg.tasklet () -> (%a[beta, zeta, Q]) {
        // CHECK: %i = sdfg.index O + Q + beta + oo + zeta
        %i = sdfg.index O + Q + beta + oo + zeta
        %0 = arith.index_cast %i : index to i64
        %1 = arith.sitofp %0 : i64 to f32
        sdfg.yield %1 : f32
      }
    }
  }
}
