// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// States follow each other in the order of the text.
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) version 1 {
  // CHECK: sdfg.state @fc1 {
  sdfg.state @fc1 {
    // CHECK: sdfg.copy %x[0:N] -> %y[0:N]
    sdfg.copy %x[0:N] -> %y[0:N]
  }
  // CHECK: sdfg.state @"layer 2/conv" attributes {note = "kept"} {
  sdfg.state @"layer 2/conv" attributes {note = "kept"} {
  }
}
