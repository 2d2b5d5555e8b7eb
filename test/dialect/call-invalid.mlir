// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: Expected SymbolRefAttr with no nested symbols
sdfg.sdfg @main [N, M] () version 1 {
  "sdfg.call"() {callee = @a::@b, symbols = [], values = #sdfg.dims<"">} : () -> ()
}

// -----

// CHECK: 'nobody' names no program of this module
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.call @nobody()
}

// -----

// CHECK: each symbol has a value, got 1 symbols and 0 values
sdfg.sdfg @main [N, M] () version 1 {
  "sdfg.call"() {callee = @layer, symbols = ["K"], values = #sdfg.dims<"">} : () -> ()
}

// -----

// CHECK: program 'main' calls itself
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @main(%x, %y) [N = N, M = M]
}

// -----

// CHECK: a call gives each symbol of the program, got {{.}}J{{.}} for {{.}}K{{.}}
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K, 8] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%x, %y) [J = N]
}

// -----

// CHECK: a call gives each container of the program, got 1 for 2
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K, 8] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%x) [K = N]
}

// -----

// CHECK: 'a' is !sdfg.array<{{.*}}>, got !sdfg.array<{{.*}}>
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K, 8] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%y, %y) [K = N]
}

// -----

// CHECK: 'b' is !sdfg.array<{{.*}}>, got !sdfg.array<{{.*}}>
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K - 1, 8] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%x, %y) [K = N + 1]
}

// -----

// CHECK: 'b' is written, and given as another container too
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%y, %y) [K = N]
}

// -----

// CHECK: an 'in' container of the program is never written
sdfg.sdfg private @layer [K] (in "a" %a: !sdfg.array<[K, 8] x f32>, out "b" %b: !sdfg.array<[K] x f32>) version 1 {
}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, in "z" %z: !sdfg.array<[N] x f32>) version 1 {
  sdfg.call @layer(%x, %z) [K = N]
}

// -----

// CHECK: a container is an array or a stream
%c = "test.op"() : () -> f32
"sdfg.call"(%c) {callee = @layer, symbols = [], values = #sdfg.dims<"">} : (f32) -> ()
