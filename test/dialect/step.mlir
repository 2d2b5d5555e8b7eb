// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// What a transformation is called and which options it has is not known here: sdfg-apply-recipes looks it up.
sdfg.recipe @steps for "matmul" {
  // CHECK: sdfg.step "tile" {loop = "m", size = "2 * lanes", into = "band, line"}
  // GENERIC: "sdfg.step"() {transformation = "tile", options = {loop = "m", size = "2 * lanes", into = "band, line"}} : () -> ()
  sdfg.step "tile" {loop = "m", size = "2 * lanes", into = "band, line"}
  // CHECK-NEXT: sdfg.step "unroll" {loops = "line"} when "m <= 8" attributes {because = "small"}
  // GENERIC: "sdfg.step"() {transformation = "unroll", options = {loops = "line"}, condition = #sdfg.expr<"m <= 8">, because = "small"} : () -> ()
  sdfg.step "unroll" {loops = "line"} when "m<=8" attributes {because = "small"}
  // CHECK-NEXT: sdfg.step "join"
  sdfg.step "join" {}
}
