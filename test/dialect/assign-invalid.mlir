// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: expected a number, got N > 1
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.assign n = (N > 1)
}

// -----

// CHECK: a symbol is a number, got the condition N > 1
sdfg.sdfg @main [N, M] () version 1 {
  "sdfg.assign"() {symbol = "n", value = #sdfg.expr<"N > 1">} : () -> ()
}
