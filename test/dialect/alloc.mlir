// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Transient containers, with the name of the value in the model or without.
sdfg.sdfg @main [N] () version 1 {
  // CHECK: %a = sdfg.alloc "fc1.out" : !sdfg.array<[N, 512] x f32>
  %a = sdfg.alloc "fc1.out" : !sdfg.array<[N, 512] x f32>
  // CHECK: %b = sdfg.alloc : !sdfg.stream<f32, depth N>
  %b = sdfg.alloc : !sdfg.stream<f32, depth N>
  // CHECK: %c = sdfg.alloc "c" attributes {note = 1 : i64} : !sdfg.array<[] x f32>
  %c = sdfg.alloc "c" attributes {note = 1 : i64} : !sdfg.array<[] x f32>
}
