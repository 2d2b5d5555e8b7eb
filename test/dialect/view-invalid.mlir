// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a view keeps element type and storage, got !sdfg.array<{{.*}} x f32> and !sdfg.array<{{.*}} x f64>
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  %v = sdfg.view %x : !sdfg.array<[N, 8] x f64>
}

// -----

// CHECK: a view keeps element type and storage
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  %v = sdfg.view %x : !sdfg.array<[N, 8] x f32, stack>
}

// -----

// CHECK: a view ends within its block of memory, got element 8 * N, the last is 8 * N - 1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  %v = sdfg.view %x : !sdfg.array<[N, 8] x f32, offset 1>
}

// -----

// CHECK: a view ends within its block of memory, got element 4, the last is 3
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[4] x f32>
  %b = sdfg.view %a : !sdfg.array<[2] x f32, offset 2>
  %v = sdfg.view %b : !sdfg.array<[2] x f32, offset 3>
}

// -----

// CHECK: a view starts within its block of memory, got element -1
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[4] x f32>
  %v = sdfg.view %a : !sdfg.array<[4] x f32, strides [-1], offset 2>
}

// -----

// CHECK: a view with stride 0 is for reading, got a write to
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %v = sdfg.view %y : !sdfg.array<[N, 4] x f32, strides [1, 0]>
    sdfg.copy %x[0:N, 0:4] -> %v[0:N, 0:4]
  }
}
