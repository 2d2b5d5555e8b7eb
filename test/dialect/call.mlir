// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// A program runs another on its containers, with values for its symbols.
sdfg.sdfg private @layer [N, k] (in "x" %x: !sdfg.array<[N, k] x f32>, out "y" %y: !sdfg.array<[N] x f32>) version 1 {
}
sdfg.sdfg @main [batch] (in "a" %a: !sdfg.array<[2 * batch, 3] x f32>, out "b" %b: !sdfg.array<[2 * batch] x f32>) version 1 {
  // CHECK: sdfg.call @layer(%a, %b) [N = 2 * batch, k = 3]
  sdfg.call @layer(%a, %b) [N = 2 * batch, k = 3]
  // GENERIC: "sdfg.call"(%a, %b) {callee = @layer, symbols = ["N", "k"], values = #sdfg.dims<"2 * batch, 3">}
  sdfg.state @s {
    // CHECK: sdfg.call @layer(%a, %b) [N = 2 * batch, k = 3]
    sdfg.call @layer(%a, %b) [N = 2 * batch, k = 3]
  }
}
