// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Views: transpose, slice, reshape, broadcast, reversal; a view of a view counts from the block.
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8] x f32>) version 1 {
  // CHECK: %transposed = sdfg.view %x : !sdfg.array<[8, N] x f32, strides [1, 8]>
  %transposed = sdfg.view %x : !sdfg.array<[8, N] x f32, strides [1, 8]>
  // CHECK: %column = sdfg.view %x : !sdfg.array<[N] x f32, strides [8], offset 3>
  %column = sdfg.view %x : !sdfg.array<[N] x f32, strides [8], offset 3>
  // CHECK: %row = sdfg.view %column : !sdfg.array<[8] x f32, offset 8 * N - 8>
  %row = sdfg.view %column : !sdfg.array<[8] x f32, offset 8 * N - 8>
  // CHECK: %flat = sdfg.view %x : !sdfg.array<[8 * N] x f32>
  %flat = sdfg.view %x : !sdfg.array<[8 * N] x f32>
  // CHECK: %broadcast = sdfg.view %x : !sdfg.array<[N, 8, 5] x f32, strides [8, 1, 0]>
  %broadcast = sdfg.view %x : !sdfg.array<[N, 8, 5] x f32, strides [8, 1, 0]>
  // CHECK: %reversed = sdfg.view %x : !sdfg.array<[N, 8] x f32, strides [8, -1], offset 7>
  %reversed = sdfg.view %x : !sdfg.array<[N, 8] x f32, strides [8, -1], offset 7>
  // CHECK: %noted = sdfg.view %x attributes {note} : !sdfg.array<[N, 8] x f32>
  %noted = sdfg.view %x attributes {note} : !sdfg.array<[N, 8] x f32>
}
