// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the elements fit the container !sdfg.array<{{.}}3{{.}} x i64>, got tensor<2xi64>
sdfg.sdfg @main [N, M] () version 1 {
  %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[3] x i64>
}

// -----

// CHECK: the elements fit the container !sdfg.array<{{.}}2{{.}} x i32>, got tensor<2xi64>
sdfg.sdfg @main [N, M] () version 1 {
  %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[2] x i32>
}

// -----

// CHECK: a constant is a weight or dense elements
sdfg.sdfg @main [N, M] () version 1 {
  %c = sdfg.constant "w" : !sdfg.array<[2] x i32>
}

// -----

// CHECK: a constant has a constant shape, got {{.}}N{{.}}
sdfg.sdfg @main [N, M] () version 1 {
  %c = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[N] x i32>
}

// -----

// CHECK: a constant is never written
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %c = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[8] x f32>
    sdfg.copy %x[0, 0:8] -> %c[0:8]
  }
}
