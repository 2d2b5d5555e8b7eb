// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Copies between memlets: shapes, points, conflict resolution, streams, asynchronous.
sdfg.sdfg @main [N] (in "a" %a: !sdfg.array<[N, 8] x f32>, inout "b" %b: !sdfg.array<[N] x f32>) version 1 {
  %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
  sdfg.state @s {
    // CHECK: sdfg.copy %a[0:N, 3] -> %b[0:N]
    sdfg.copy %a[0:N, 3] -> %b[0:N]
    // CHECK: sdfg.copy %a[0:N:2, 0] -> %b[0:N:2] async
    sdfg.copy %a[0:N:2, 0] -> %b[0:N:2] async
    // CHECK: sdfg.copy %a[0:N, 0] -> %b[0:N] wcr sum
    sdfg.copy %a[0:N, 0] -> %b[0:N] wcr sum
    // CHECK: sdfg.copy %a[0, 0:8] -> %q[] async attributes {note}
    sdfg.copy %a[0, 0:8] -> %q[] async attributes {note}
    // CHECK: sdfg.copy %q[] -> %b[0]
    sdfg.copy %q[] -> %b[0]
  }
}
