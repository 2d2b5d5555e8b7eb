// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: takes 1 containers in and 1 out, got 1 and 3
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.sort (%X) -> (%Y, %I, %I) {axis = 0 : i64, descending = false}
  }
}

// -----

// CHECK: indices are integers, got f32
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.sort (%X) -> (%Y, %Y) {axis = 0 : i64, descending = false}
  }
}

// -----

// CHECK: the axis lies within rank 2, got 5
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.sort (%X) -> (%Y, %I) {axis = 5 : i64, descending = false}
  }
}

// -----

// CHECK: the result has shape {{.}}N, 4{{.}}, got {{.}}N, 3{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 3] x i64>) version 1 {
  sdfg.state @s {
    sdfg.sort (%X) -> (%Y, %I) {axis = 0 : i64, descending = false}
  }
}
