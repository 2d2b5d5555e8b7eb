// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: options of a step are text, got 8 : i64
sdfg.recipe @number for "matmul" {
  sdfg.step "tile" {loop = "m", size = 8 : i64}
}

// -----

// CHECK: options of a step are text
"sdfg.recipe"() ({
  "sdfg.step"() {transformation = "tile", options = {size = 8 : i64}} : () -> ()
}) {sym_name = "generic", kinds = ["matmul"], condition = #sdfg.expr<"true">} : () -> ()

// -----

// CHECK: what follows when is true or false, got the number m
sdfg.recipe @condition for "matmul" {
  sdfg.step "tile" {loop = "m", size = "8"} when "m"
}

// -----

// CHECK: 'sdfg.step' expects parent op 'sdfg.recipe'
sdfg.sdfg @main () version 1 {
  sdfg.state @s {
    sdfg.step "tile" {loop = "m", size = "8"}
  }
}
