// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the axis lies within rank 2, got -1
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.scan (%X) -> (%Y) {axis = -1 : i64, exclusive = false, kind = "sum", reverse = false}
  }
}

// -----

// CHECK: conflict resolution must be one of {{.*}}, got 'last'
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.scan (%X) -> (%Y) {axis = 0 : i64, exclusive = false, kind = "last", reverse = false}
  }
}

// -----

// CHECK: the result has shape {{.}}N, 4{{.}}, got {{.}}N{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[N, 4] x f32>, inout "Y" %Y: !sdfg.array<[N] x f32>, inout "I" %I: !sdfg.array<[N, 4] x i64>) version 1 {
  sdfg.state @s {
    sdfg.scan (%X) -> (%Y) {axis = 0 : i64, exclusive = false, kind = "sum", reverse = false}
  }
}
