// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the axis lies within rank 2, got 2
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.softmax (%X) -> (%Y) {axis = 2 : i64}
  }
}

// -----

// CHECK: softmax is for floating point, got i64
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.softmax (%I) -> (%I) {axis = 1 : i64}
  }
}

// -----

// CHECK: the result has shape {{.}}N, 4{{.}}, got {{.}}N, 5{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 5] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.softmax (%X) -> (%Y) {axis = 1 : i64}
  }
}
