// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Loops that a condition over symbols ends.
sdfg.sdfg @main [N] () version 1 {
  sdfg.assign n = N
  // CHECK: sdfg.while n > 0 and n ne 7 {
  sdfg.while n > 0 and n ne 7 {
    // GENERIC: }) {condition = #sdfg.expr<"n > 0 and n ne 7">} : () -> ()
    // CHECK: sdfg.assign n = n - 1
    sdfg.assign n = n - 1
  }
}
