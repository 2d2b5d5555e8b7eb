// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Sorted keys, and where they came from.
sdfg.sdfg @main [N] (in "x" %X: !sdfg.array<[N, 16] x f32>, out "y" %Y: !sdfg.array<[N, 16] x f32>, out "i" %I: !sdfg.array<[N, 16] x i64>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.sort (%X) -> (%Y) {axis = 1 : i64, descending = true}
    sdfg.sort (%X) -> (%Y) {axis = 1 : i64, descending = true}
    // CHECK: sdfg.sort (%X) -> (%Y, %I) {axis = 0 : i64, descending = false}
    sdfg.sort (%X) -> (%Y, %I) {axis = 0 : i64, descending = false}
    // GENERIC: "sdfg.sort"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 1, 2>
  }
}
