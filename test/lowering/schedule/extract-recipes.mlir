// RUN: sdfg-opt %s -p 'sdfg-extract-recipes{recipe="%S/Inputs/lines.mlir"}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -t 'recipe{recipe="%S/Inputs/lines.mlir"}' | filecheck %s

// The recipes of a mapped program in place of it: one for each choice of knobs, with the states where it was made.
// CHECK-NOT:  sdfg.sdfg
// CHECK:      sdfg.recipe @lines for "elementwise, matmul" when "vector_bytes > 16" attributes {states = ["first", "third"]} {
// CHECK-NEXT:   sdfg.knob "size" = "16" in "lanes, 2 * lanes"
// CHECK:      sdfg.recipe @lines_2 for "elementwise, matmul" when "vector_bytes > 16" attributes {states = ["second"]} {
// CHECK-NEXT:   sdfg.knob "size" = "8" in "lanes, 2 * lanes"
// CHECK-NOT:  sdfg.recipe
sdfg.sdfg @main (in "A" %A: !sdfg.array<[8] x f32>, out "B" %B: !sdfg.array<[8] x f32>) {
  sdfg.state @first {
    sdfg.map [i = 0:8] attributes {recipe = "lines", knobs = {size = 16 : i64}} {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @second {
    sdfg.for [i = 0:8] attributes {recipe = "lines", knobs = {size = 8 : i64}} {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @third {
    sdfg.map [i = 0:8] schedule(parallel) attributes {recipe = "lines", knobs = {size = 16 : i64}} {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}
