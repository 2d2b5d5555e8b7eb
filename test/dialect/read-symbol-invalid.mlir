// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a symbol is read from one integer, got {{.}}0{{.}} of f32
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.read_symbol n = %y[0]
}

// -----

// CHECK: a symbol is read from one integer, got {{.}}0:2{{.}} of i64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.read_symbol n = %i[0:2]
}

// -----

// CHECK: only writes resolve conflicts, got wcr sum on a read
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.read_symbol n = %i[0] wcr sum
}
