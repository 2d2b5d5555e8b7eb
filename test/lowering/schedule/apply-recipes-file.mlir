// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes{recipe="%S/Inputs/lines.mlir"}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s --sdfg-set-machine='vector_bytes=32 vector_registers=16' --apply-recipe=%S/Inputs/lines.mlir | sdfg-opt -t 'recipe{recipe="%S/Inputs/lines.mlir"}' | filecheck %s --check-prefix=BACK

// Recipes of a file: roles of the kind, names of the machine, knobs, steps that are left out.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 100] x f32>, out "B" %B: !sdfg.array<[N, 100] x f32>, in "x" %x: !sdfg.array<[N] x f64>, out "y" %y: !sdfg.array<[N] x f64>) {
  // CHECK:      sdfg.map [band = 0:7] attributes {recipe = "lines", knobs = {size = 16 : i64}} {
  // CHECK-NEXT:   sdfg.map [e0 = 0:N, line = 0:min({{.*}}, 16)] {
  // CHECK-NEXT:     sdfg.tasklet (%a loc({{.*}}) = %A[e0, 16 * band + line]) -> (%B[e0, 16 * band + line]) {
  // CHECK:      } loc("model.py":3:1)
  sdfg.state @first {
    sdfg.map [i0 = 0:N, i1 = 0:100] {
      sdfg.tasklet (%a = %A[i0, i1]) -> (%B[i0, i1]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
  // Half as many numbers of this type fill a vector.
  // CHECK:      sdfg.map [band = 0:(N + 7) floordiv 8] attributes {recipe = "lines", knobs = {size = 8 : i64}} {
  sdfg.state @second {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %x[i0]) -> (%y[i0]) {
        sdfg.yield %a : f64
      }
    }
  }
  // A kind that the file has no recipe for.
  // CHECK:      sdfg.map [i0 = 0:N] {
  sdfg.state @reduction {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %x[i0]) -> (%y[0] wcr sum) {
        sdfg.yield %a : f64
      }
    }
  }
}
// What the program was made with: once for each choice of the knobs.
// BACK:      sdfg.recipe @lines for "elementwise, matmul" when "vector_bytes > 16" attributes {states = ["first"]} {
// BACK-NEXT:   sdfg.knob "size" = "16" in "lanes, 2 * lanes"
// BACK-NEXT:   sdfg.step "tile" {loop = "lane", size = "size", rest = "min", into = "band, line"} when "lane > 1"
// BACK-NEXT:   sdfg.step "interchange" {outermost = "band"} when "size < 64"
// BACK-NEXT:   sdfg.step "unroll" {loops = "line"} when "size < 8"
// BACK-NEXT: }
// BACK-NEXT: sdfg.recipe @lines_2 for "elementwise, matmul" when "vector_bytes > 16" attributes {states = ["second"]} {
// BACK-NEXT:   sdfg.knob "size" = "8" in "lanes, 2 * lanes"
