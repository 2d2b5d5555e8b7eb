// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: element type must be a number or a vector of numbers
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[N] x tuple<>>
}

// -----

// CHECK: element type must be a number or a vector of numbers
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.stream<tensor<4xf32>, depth 2>
}

// -----

// CHECK: an array has one stride per dimension, got 1 strides for rank 2
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[N, M] x f32, strides [1]>
}

// -----

// CHECK: a dimension cannot be negative, got -4
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[-4] x f32>
}

// -----

// CHECK: storage must be one of heap, stack, {{.*}}, got 'attic'
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[4] x f32, attic>
}

// -----

// CHECK: a stream holds at least one element, got depth 0
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.stream<f32, depth 0>
}
