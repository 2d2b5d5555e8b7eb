// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Windows of images, combined.
sdfg.sdfg @main [N] (in "x" %X: !sdfg.array<[N, 16, 9, 9] x f32>, out "y" %Y: !sdfg.array<[N, 16, 4, 4] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.pool (%X) -> (%Y) {kind = "max", window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
    sdfg.pool (%X) -> (%Y) {kind = "max", window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
    // CHECK: sdfg.pool (%X) -> (%Y) {kind = "sum", window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, accumulate}
    sdfg.pool (%X) -> (%Y) {kind = "sum", window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, accumulate}
    // GENERIC: "sdfg.pool"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 1, 1>
  }
}
