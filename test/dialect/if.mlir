// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Branches by a condition over symbols; an empty else goes without saying.
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) version 1 {
  // CHECK: sdfg.if N > 16 {
  sdfg.if N > 16 {
    sdfg.state @large {
    }
  // CHECK: } else {
  } else {
    sdfg.state @small {
    }
  }
  sdfg.state @s {
    // CHECK: sdfg.if N == 1 or N mod 2 == 0 {
    sdfg.if N == 1 or N mod 2 == 0 {
      sdfg.copy %x[0:N] -> %y[0:N]
    // CHECK: }
    // CHECK-NOT: else
    }
  }
}
