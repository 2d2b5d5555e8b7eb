// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Symbols that change on the way; a value holds for what follows in the block.
sdfg.sdfg @main [N] () version 1 {
  // CHECK: sdfg.assign n = N floordiv 2
  sdfg.assign n = N floordiv 2
  // GENERIC: "sdfg.assign"() {symbol = "n", value = #sdfg.expr<"N floordiv 2">} : () -> ()
  sdfg.if n > 3 {
    // CHECK: sdfg.assign n = n + 1
    sdfg.assign n = n + 1
    // CHECK: sdfg.assign inner = n
    sdfg.assign inner = n
  } else {
    // CHECK: sdfg.assign inner = 2 attributes {note}
    sdfg.assign inner = 2 attributes {note}
  }
}
