// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC
// RUN: sdfg-opt %s --print-debuginfo | filecheck %s --check-prefix=PLACE

// Transformations for nests of some kinds, and when to use them.
// CHECK:      sdfg.recipe @rows for "elementwise, row" when "e0 > 1 and lanes ne 1" {
// CHECK-NEXT:   sdfg.knob "size" = "4 * lanes" in "lanes, 2 * lanes"
// CHECK-NEXT:   sdfg.step "tile" {loop = "e0", size = "size"}
// CHECK-NEXT: }
// GENERIC: }) {sym_name = "rows", kinds = ["elementwise", "row"], condition = #sdfg.expr<"e0 > 1 and lanes ne 1">} : () -> ()
// PLACE: } loc("mine.mlir":3:1)
sdfg.recipe @rows for "elementwise,row" when "lanes ne 1 and e0 > 1" {
  sdfg.knob "size" = "4 * lanes" in "lanes, 2 * lanes"
  sdfg.step "tile" {loop = "e0", size = "size"}
} loc("mine.mlir":3:1)

// For each kind, always, with an attribute that this version does not know; a name that is no word is quoted.
// CHECK-NEXT: sdfg.recipe @"nothing to do" for "*" attributes {author = "me"} {
// CHECK-NEXT: }
sdfg.recipe @"nothing to do" for "*" when "true" attributes {author = "me"} {
}

// A recipe beside a program is no part of it.
// CHECK-NEXT: sdfg.sdfg @main
sdfg.sdfg @main () version 1 {
}
