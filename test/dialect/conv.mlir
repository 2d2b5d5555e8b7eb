// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Convolutions, in groups.
sdfg.sdfg @main [N, H, W] (in "x" %X: !sdfg.array<[N, 16, H, W] x f32>, in "w" %F: !sdfg.array<[32, 8, 3, 3] x f32>, out "y" %Y: !sdfg.array<[N, 32, H - 2, W - 2] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.conv (%X, %F) -> (%Y) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64}
    sdfg.conv (%X, %F) -> (%Y) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64}
    // GENERIC: "sdfg.conv"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 2, 1>
  }
}
