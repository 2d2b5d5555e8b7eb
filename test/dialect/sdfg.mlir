// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Programs: symbols, roles of containers, privacy, version.
// CHECK: sdfg.sdfg @empty () version 1 {
sdfg.sdfg @empty () version 1 {
}
// CHECK: sdfg.sdfg private @main [N] (in "the input" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, out "z" %z: !sdfg.stream<f32, depth 4>) version 1 {
sdfg.sdfg private @main [N] (in "the input" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, out "z" %z: !sdfg.stream<f32, depth 4>) version 1 {
}
// GENERIC: sym_name = "main", symbols = ["N"], arg_names = ["the input", "y", "z"], arg_roles = ["in", "inout", "out"], version = 1 : i64, sym_visibility = "private"
// CHECK: sdfg.sdfg @versioned () version 1 {
sdfg.sdfg @versioned () {
}
// CHECK: sdfg.sdfg @annotated () version 1 attributes {machine = #sdfg.machine<{cores = 2 : i64}>} {
sdfg.sdfg @annotated () version 1 attributes {machine = #sdfg.machine<{cores = 2 : i64}>} {
}
