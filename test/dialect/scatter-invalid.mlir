// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the index has rank 2, got 1
sdfg.sdfg @main [N, M] (inout "U" %U: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N] x i64>, inout "Y" %Y: !sdfg.array<[M, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.scatter (%U, %I) -> (%Y)
  }
}

// -----

// CHECK: the index names at most all 2 coordinates, got 3
sdfg.sdfg @main [N, M] (inout "U" %U: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 3] x i64>, inout "Y" %Y: !sdfg.array<[M, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.scatter (%U, %I) -> (%Y)
  }
}

// -----

// CHECK: the update has shape {{.}}N, 4{{.}}, got {{.}}N, 5{{.}}
sdfg.sdfg @main [N, M] (inout "U" %U: !sdfg.array<[N, 5] x f32>, inout "I" %I: !sdfg.array<[N, 1] x i64>, inout "Y" %Y: !sdfg.array<[M, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.scatter (%U, %I) -> (%Y)
  }
}

// -----

// CHECK: conflict resolution must be one of {{.*}}, got 'last'
sdfg.sdfg @main [N, M] (inout "U" %U: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 1] x i64>, inout "Y" %Y: !sdfg.array<[M, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.scatter (%U, %I) -> (%Y) {kind = "last"}
  }
}

// -----

// CHECK: indices are integers, got f32
sdfg.sdfg @main [N, M] (inout "U" %U: !sdfg.array<[N, 4] x f32>, inout "I" %I: !sdfg.array<[N, 1] x f32>, inout "Y" %Y: !sdfg.array<[M, 4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.scatter (%U, %I) -> (%Y)
  }
}
