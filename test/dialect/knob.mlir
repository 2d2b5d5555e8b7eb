// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Open choices: a default, and what else to try. Later ones may use earlier ones.
sdfg.recipe @choices for "matmul" {
  // CHECK: sdfg.knob "vectors" = "min(2, n floordiv lanes)" in "1, 2, 4"
  // GENERIC: "sdfg.knob"() {knob = "vectors", value = #sdfg.expr<"min(2, n floordiv lanes)">, choices = #sdfg.dims<"1, 2, 4">} : () -> ()
  sdfg.knob "vectors" = "min(2, n floordiv lanes)" in "1,2, 4"
  // CHECK-NEXT: sdfg.knob "rows" = "vectors + 3"
  sdfg.knob "rows" = "vectors+3"
  // CHECK-NEXT: sdfg.knob "fixed" = "4" attributes {because = "measured"}
  sdfg.knob "fixed" = "4" attributes {because = "measured"}
}
