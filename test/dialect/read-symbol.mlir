// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Data decides a symbol.
sdfg.sdfg @main [N] (in "lengths" %l: !sdfg.array<[N, 2] x i32>, in "q" %q: !sdfg.stream<i64, depth 4>) version 1 {
  // CHECK: sdfg.read_symbol n = %l[N - 1, 0]
  sdfg.read_symbol n = %l[N - 1, 0]
  // CHECK: sdfg.read_symbol m = %q[]
  sdfg.read_symbol m = %q[]
  // CHECK: %a = sdfg.alloc : !sdfg.array<[n, m] x f32>
  %a = sdfg.alloc : !sdfg.array<[n, m] x f32>
}
