// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: strides and dilations have one entry per spatial dimension, got 1 and 2 for 2
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1>}
  }
}

// -----

// CHECK: the filter has rank 4, got 3
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: the result has rank 4, got 3
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: groups divide the channels, got 3 for 4
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 3 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: the filter has shape {{.}}6, 2{{.}}, got {{.}}6, 4{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 4, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: the result has shape {{.}}N, 6{{.}}, got {{.}}N + 1, 6{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N + 1, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: strides are at least 1, got {{.}}0, 1{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 0, 1>}
  }
}

// -----

// CHECK: the windows lie within the image, got element 9 in spatial dimension 1 of size 9
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: the windows lie within the image, got element N in spatial dimension 0 of size N
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, N, N] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, N - 1, N - 2] x f32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}

// -----

// CHECK: all containers hold integers, or all floating point
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "W" %W: !sdfg.array<[6, 2, 3, 3] x f32>, inout "Y" %Y: !sdfg.array<[N, 6, 7, 7] x i32>) version 1 {
  sdfg.state @s {
    sdfg.conv (%X, %W) -> (%Y) {dilations = array<i64: 1, 1>, groups = 2 : i64, strides = array<i64: 1, 1>}
  }
}
