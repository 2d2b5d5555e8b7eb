// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the value of a knob is a number, got m > 3
sdfg.recipe @condition for "matmul" {
  sdfg.knob "rows" = "m > 3"
}

// -----

// CHECK: a knob is a name in expressions: '4 rows' cannot name a symbol
sdfg.recipe @name for "matmul" {
  sdfg.knob "4 rows" = "4"
}

// -----

// CHECK: unexpected '> 3' in '2, m > 3'
sdfg.recipe @choices for "matmul" {
  sdfg.knob "rows" = "4" in "2, m > 3"
}

// -----

// CHECK: 'sdfg.knob' expects parent op 'sdfg.recipe'
sdfg.knob "rows" = "4"
