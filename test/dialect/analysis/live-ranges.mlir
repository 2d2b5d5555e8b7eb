// RUN: sdfg-opt %s --print-analysis=live-ranges | filecheck %s

// Ranges of nodes, for containers of the program and of a map.
// CHECK-LABEL: live-ranges @chain
// CHECK-NEXT:   %a: nodes 0 to 1, !sdfg.array<[N] x f32>
// CHECK-NEXT:   %b: nodes 1 to 2, !sdfg.array<[N] x f32>
// CHECK-NEXT:   map [i = 0:N]
// CHECK-NEXT:     %c: nodes 0 to 1, !sdfg.array<[] x f32, register>
sdfg.sdfg @chain [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc "a" : !sdfg.array<[N] x f32>
  %b = sdfg.alloc "b" : !sdfg.array<[N] x f32>
  sdfg.state @first {
    sdfg.copy %x[0:N] -> %a[0:N]
    sdfg.copy %a[0:N] -> %b[0:N]
  }
  sdfg.state @second {
    sdfg.map [i = 0:N] {
      %c = sdfg.alloc "c" : !sdfg.array<[] x f32, register>
      sdfg.copy %b[i] -> %c[]
      sdfg.copy %c[] -> %y[i]
    }
  }
}
