// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: axes increase within rank 2, got {{.}}2{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 2>, kind = "sum"}
  }
}

// -----

// CHECK: axes increase within rank 2, got {{.}}1, 0{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[] x f32>) version 1 {
  sdfg.state @s {
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 1, 0>, kind = "sum"}
  }
}

// -----

// CHECK: the result has shape {{.}}4{{.}}, got {{.}}5{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[5] x f32>) version 1 {
  sdfg.state @s {
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 0>, kind = "sum"}
  }
}

// -----

// CHECK: conflict resolution 'and' is for integers, got f32
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 1>, kind = "and"}
  }
}

// -----

// CHECK: all containers have one element type, got f32, i32
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N] x i32>) version 1 {
  sdfg.state @s {
    sdfg.reduce (%X) -> (%Y) {axes = array<i64: 1>, kind = "sum"}
  }
}
