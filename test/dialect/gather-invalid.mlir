// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the source has rank 1 or more, got 0
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[] x f32>, inout "I" %I: !sdfg.array<[N] x i64>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.gather (%X, %I) -> (%Y)
  }
}

// -----

// CHECK: indices are integers, got f32
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[M, 4] x f32>, inout "I" %I: !sdfg.array<[N] x f32>, inout "Y" %Y: !sdfg.array<[N, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.gather (%X, %I) -> (%Y)
  }
}

// -----

// CHECK: the result has shape {{.}}N, 4{{.}}, got {{.}}N, 5{{.}}
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[M, 4] x f32>, inout "I" %I: !sdfg.array<[N] x i64>, inout "Y" %Y: !sdfg.array<[N, 5] x f32>) version 1 {
  sdfg.state @s {
    sdfg.gather (%X, %I) -> (%Y)
  }
}

// -----

// CHECK: all containers have one element type, got f32, f16
sdfg.sdfg @main [N, M] (inout "X" %X: !sdfg.array<[M, 4] x f32>, inout "I" %I: !sdfg.array<[N] x i64>, inout "Y" %Y: !sdfg.array<[N, 4] x f16>) version 1 {
  sdfg.state @s {
    sdfg.gather (%X, %I) -> (%Y)
  }
}
