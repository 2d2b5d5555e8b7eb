// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Axes that vanish.
sdfg.sdfg @main [N] (in "x" %X: !sdfg.array<[N, 16, 9] x f32>, out "y" %Y: !sdfg.array<[16] x f32>, out "z" %Z: !sdfg.array<[] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.reduce (%X) -> (%Y) {kind = "max", axes = array<i64: 0, 2>}
    sdfg.reduce (%X) -> (%Y) {kind = "max", axes = array<i64: 0, 2>}
    // CHECK: sdfg.reduce (%X) -> (%Z) {kind = "sum", axes = array<i64: 0, 1, 2>, accumulate}
    sdfg.reduce (%X) -> (%Z) {kind = "sum", axes = array<i64: 0, 1, 2>, accumulate}
    // GENERIC: "sdfg.reduce"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 1, 1>
  }
}
