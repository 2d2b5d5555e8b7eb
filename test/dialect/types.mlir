// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Arrays with symbolic shapes, strides, offsets and storages; streams; vectors as elements.
sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>) version 1 {
  // GENERIC: "sdfg.alloc"() : () -> !sdfg.array<#sdfg.dims<"N, 4">, f32, #sdfg.dims<"4, 1">, #sdfg.expr<"0">, #sdfg.storage<"heap">>
  // CHECK: %a = sdfg.alloc : !sdfg.array<[N, 4] x f32>
  %a = sdfg.alloc : !sdfg.array<[N, 4] x f32>
  // CHECK: %b = sdfg.alloc : !sdfg.array<[N, M + 1] x f64, strides [1, N], offset 3>
  %b = sdfg.alloc : !sdfg.array<[N, M + 1] x f64, strides [1, N], offset 3>
  // CHECK: %c = sdfg.alloc : !sdfg.array<[4] x i8, register>
  %c = sdfg.alloc : !sdfg.array<[4] x i8, register>
  // CHECK: %d = sdfg.alloc : !sdfg.array<[2 * N] x vector<8xf32>, stack>
  %d = sdfg.alloc : !sdfg.array<[2 * N] x vector<8xf32>, stack>
  // CHECK: %e = sdfg.alloc : !sdfg.array<[N] x complex<f32>, offset M, gpu_global>
  %e = sdfg.alloc : !sdfg.array<[N] x complex<f32>, offset M, gpu_global>
  // CHECK: %f = sdfg.alloc : !sdfg.array<[] x i1>
  %f = sdfg.alloc : !sdfg.array<[] x i1>
  // CHECK: %g = sdfg.alloc : !sdfg.array<[N] x index>
  %g = sdfg.alloc : !sdfg.array<[N] x index>
  // Strides of a dense array go without saying.
  // CHECK: %h = sdfg.alloc : !sdfg.array<[N, 4] x bf16>
  %h = sdfg.alloc : !sdfg.array<[N, 4] x bf16, strides [4, 1], offset 0, heap>
  // GENERIC: "sdfg.alloc"() : () -> !sdfg.stream<f32, #sdfg.expr<"16">, #sdfg.storage<"heap">>
  // CHECK: %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
  %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
  // CHECK: %r = sdfg.alloc : !sdfg.stream<i64, depth N + 1, tensix_l1>
  %r = sdfg.alloc : !sdfg.stream<i64, depth N + 1, tensix_l1>
}
