// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: conflict resolution must be one of sum, {{.*}}, got 'mean'
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 4, 4, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "mean", strides = array<i64: 2, 2>, window = array<i64: 3, 3>}
  }
}

// -----

// CHECK: window, strides and dilations have one entry per spatial dimension, got {{.}}1, 2, 2{{.}} for 2
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 4, 4, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "max", strides = array<i64: 2, 2>, window = array<i64: 3>}
  }
}

// -----

// CHECK: windows have sizes of at least 1, got {{.}}0, 3{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 4, 4, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "max", strides = array<i64: 2, 2>, window = array<i64: 0, 3>}
  }
}

// -----

// CHECK: the result has shape {{.}}N, 4{{.}}, got {{.}}N, 5{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 5, 4, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "max", strides = array<i64: 2, 2>, window = array<i64: 3, 3>}
  }
}

// -----

// CHECK: the windows lie within the image, got element 10 in spatial dimension 0 of size 9
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 4, 5, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "max", strides = array<i64: 2, 2>, window = array<i64: 3, 3>}
  }
}

// -----

// CHECK: all containers have one element type, got f32, f64
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4, 9, 9] x f32>, inout "Y" %Y: !sdfg.array<[N, 4, 4, 4] x f64>) version 1 {
  sdfg.state @s {
    sdfg.pool (%X) -> (%Y) {dilations = array<i64: 1, 1>, kind = "max", strides = array<i64: 2, 2>, window = array<i64: 3, 3>}
  }
}
