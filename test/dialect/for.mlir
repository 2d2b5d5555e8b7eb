// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Loops in order, of states and of nodes.
sdfg.sdfg @main [N] (inout "x" %x: !sdfg.array<[N, N] x f32>) version 1 {
  // CHECK: sdfg.for [t = 1:N:2] {
  sdfg.for [t = 1:N:2] {
    // GENERIC: }) {params = ["t"], ranges = #sdfg.subset<"1:N:2">} : () -> ()
    sdfg.state @s {
      sdfg.map [i = 0:N] {
        // CHECK: sdfg.for [s = t:N] attributes {note} {
        sdfg.for [s = t:N] attributes {note} {
          sdfg.copy %x[i, s - 1] -> %x[i, s]
        }
      }
    }
  }
}
