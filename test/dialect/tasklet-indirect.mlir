// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Gathers and scatters: a range that comes in as its container, with indices that are data.
sdfg.sdfg @main [N, V] (in "table" %table: !sdfg.array<[V, 64] x f32>, in "index" %index: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N] x f32>, out "count" %count: !sdfg.array<[V] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      // CHECK: sdfg.tasklet (%row = %index[i], %t: !sdfg.array<[V, 64] x f32> = %table[0:V, 0:64] volume 1) -> (%y[i], store %c: !sdfg.array<[V] x f32> = %count[0:V] volume 1 wcr sum) {
      sdfg.tasklet (%row = %index[i], %t: !sdfg.array<[V, 64] x f32> = %table[0:V, 0:64] volume 1)
          -> (%y[i], store %c: !sdfg.array<[V] x f32> = %count[0:V] volume 1 wcr sum) {
        // CHECK: %r = arith.index_cast %row : i64 to index
        %r = arith.index_cast %row : i64 to index
        // CHECK: %n = sdfg.index V
        %n = sdfg.index V
        // CHECK: %inside = arith.cmpi ult, %r, %n : index
        %inside = arith.cmpi ult, %r, %n : index
        // CHECK: sdfg.assert %inside, "index out of bounds"
        sdfg.assert %inside, "index out of bounds"
        // CHECK: %column = sdfg.index i mod 64
        %column = sdfg.index i mod 64
        // GENERIC: "sdfg.load"(%t, %r, %column)
        // CHECK: %v = sdfg.load %t[%r, %column] : !sdfg.array<[V, 64] x f32> -> f32
        %v = sdfg.load %t[%r, %column] : !sdfg.array<[V, 64] x f32> -> f32
        // CHECK: %w = sdfg.load %t[%r, %n] : !sdfg.array<[V, 64] x f32> -> vector<4xf32>
        %w = sdfg.load %t[%r, %n] : !sdfg.array<[V, 64] x f32> -> vector<4xf32>
        %one = arith.constant 1.0 : f32
        // GENERIC: "sdfg.store"(%one, %c, %r)
        // CHECK: sdfg.store %one, %c[%r] : f32, !sdfg.array<[V] x f32>
        sdfg.store %one, %c[%r] : f32, !sdfg.array<[V] x f32>
        sdfg.yield %v : f32
      }
    }
  }
}
