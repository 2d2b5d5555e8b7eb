// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Softmax along an axis.
sdfg.sdfg @main [N] (in "x" %X: !sdfg.array<[N, 16] x f32>, out "y" %Y: !sdfg.array<[N, 16] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
    sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
    // GENERIC: "sdfg.softmax"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 1, 1>
  }
}
