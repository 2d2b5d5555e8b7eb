// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// What is fetched ahead, and what is written past the caches.
sdfg.sdfg @main [N] (in "a" %a: !sdfg.array<[N, 16] x f32>, out "b" %b: !sdfg.array<[N, 16] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      // CHECK: sdfg.prefetch %a[i + 8, 0:16] into 1
      sdfg.prefetch %a[i + 8, 0:16] into 1
      // CHECK: sdfg.prefetch %a[i + 9, 0:16] into 1 once
      sdfg.prefetch %a[i + 9, 0:16] into 1 once
      // CHECK: sdfg.prefetch %b[i, 0] into 3 to write attributes {note}
      sdfg.prefetch %b[i, 0] into 3 to write attributes {note}
      // CHECK: -> (%b[i, 0:8], %b[i, 8:16]) nontemporal {
      sdfg.tasklet (%v: vector<8xf32> = %a[i, 0:8]) -> (%b[i, 0:8], %b[i, 8:16]) nontemporal {
        sdfg.yield %v, %v : vector<8xf32>, vector<8xf32>
      }
    }
  }
}
