// RUN: sdfg-opt %s -p 'sdfg-extract-recipes{recipe="%S/Inputs/lines.mlir"}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s -p sdfg-extract-recipes --verify-diagnostics | filecheck %s --check-prefix=UNKNOWN
// RUN: sdfg-opt %s -p 'sdfg-extract-recipes{recipe="%S/Inputs/nowhere.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=NOWHERE

// CHECK: model.py:3:1: 'sdfg.map' was made with other knobs than @lines has: width
// UNKNOWN: model.py:3:1: 'sdfg.map' was made with @lines, which is none of the recipes
// UNKNOWN-NEXT: hint: name the file that it is in: sdfg-extract-recipes{recipe=FILE}
// NOWHERE: Inputs/nowhere.mlir: cannot be read
sdfg.sdfg @main (in "A" %A: !sdfg.array<[8] x f32>, out "B" %B: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:8] attributes {recipe = "lines", knobs = {width = 16 : i64}} {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
