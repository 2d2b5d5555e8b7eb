// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: knobs of a recipe differ, got a, b, a
sdfg.recipe @twice for "matmul" {
  sdfg.knob "a" = "1"
  sdfg.knob "b" = "1"
  sdfg.knob "a" = "2"
}

// -----

// CHECK: a recipe is for at least one kind of nest
sdfg.recipe @nobody for "" {
}

// -----

// CHECK: a recipe holds knobs and steps, got 'sdfg.sdfg'
sdfg.recipe @program for "matmul" {
  sdfg.sdfg @main () version 1 {
  }
}

// -----

// CHECK: what follows when is true or false, got the number m + 1
sdfg.recipe @number for "matmul" when "m + 1" {
}

// -----

// CHECK: recipe-invalid.mlir:34:39
// CHECK: 'm > ' is no symbolic expression
sdfg.recipe @broken for "matmul" when "m > " {
}

// -----

// CHECK: 'sdfg.recipe' expects parent op 'builtin.module'
sdfg.sdfg @main () version 1 {
  sdfg.recipe @elsewhere for "matmul" {
  }
}
