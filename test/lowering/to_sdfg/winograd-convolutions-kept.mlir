// RUN: sdfg-opt %s -p sdfg-winograd-convolutions | filecheck %s

// A large one is rewritten.
// CHECK-LABEL: sdfg.sdfg @large
// CHECK-NOT: sdfg.conv
// CHECK: sdfg.matmul
sdfg.sdfg @large (in "x" %x: !sdfg.array<[1, 64, 58, 58] x f32>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 64, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}

// Weights that are not known when the program is compiled.
// CHECK-LABEL: sdfg.sdfg @weights_unknown
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @weights_unknown (in "x" %x: !sdfg.array<[1, 64, 58, 58] x f32>, in "w" %w: !sdfg.array<[64, 64, 3, 3] x f32>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f32>) {
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}

// Steps of 2.
// CHECK-LABEL: sdfg.sdfg @steps
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @steps (in "x" %x: !sdfg.array<[1, 64, 57, 57] x f32>, out "y" %y: !sdfg.array<[1, 64, 28, 28] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 64, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 2, 2>}
  }
}

// Groups.
// CHECK-LABEL: sdfg.sdfg @groups
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @groups (in "x" %x: !sdfg.array<[1, 64, 58, 58] x f32>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 32, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// Another type.
// CHECK-LABEL: sdfg.sdfg @type
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @type (in "x" %x: !sdfg.array<[1, 64, 58, 58] x f64>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f64>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 64, 3, 3] x f64>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}

// Few channels: the transforms cost more than the products.
// CHECK-LABEL: sdfg.sdfg @few_channels
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @few_channels (in "x" %x: !sdfg.array<[1, 3, 58, 58] x f32>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 3, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}

// Kernels of one element have nothing to share.
// CHECK-LABEL: sdfg.sdfg @one
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @one (in "x" %x: !sdfg.array<[1, 64, 56, 56] x f32>, out "y" %y: !sdfg.array<[1, 64, 56, 56] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[64, 64, 1, 1] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}

// Reading the transformed weights takes longer than the products that are saved.
// CHECK-LABEL: sdfg.sdfg @weights_large
// CHECK-NOT: sdfg.matmul
// CHECK: sdfg.conv
sdfg.sdfg @weights_large (in "x" %x: !sdfg.array<[1, 512, 9, 9] x f32>, out "y" %y: !sdfg.array<[1, 512, 7, 7] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[512, 512, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1, 1>, groups = 1 : i64, strides = array<i64: 1, 1>}
  }
}
