// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: version 2 of the sdfg dialect is newer than 1, the newest that this compiler reads
sdfg.sdfg @main () version 2 {
}

// -----

// CHECK: version 2 of the sdfg dialect is newer than 1, the newest that this compiler reads
"sdfg.sdfg"() ({
^bb0:
}) {sym_name = "main", symbols = [], arg_names = [], arg_roles = [], version = 2 : i64} : () -> ()

// -----

// CHECK: each container has a name and a role, got 1 names and 0 roles for 0 containers
"sdfg.sdfg"() ({
^bb0:
}) {sym_name = "main", symbols = [], arg_names = ["x"], arg_roles = [], version = 1 : i64} : () -> ()

// -----

// CHECK: the role of 'x' is in, out or inout, got 'through'
sdfg.sdfg @main [N, M] (through "x" %x: !sdfg.array<[N] x f32>) version 1 {

}

// -----

// CHECK: 'x' is an array or a stream, got f32
sdfg.sdfg @main [N, M] (in "x" %x: f32) version 1 {

}

// -----

// CHECK: symbols differ, got N, N
sdfg.sdfg @main [N, N] () version 1 {

}

// -----

// CHECK: containers in have names of their own, and containers out, got x, x
sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N] x f32>, inout "x" %y: !sdfg.array<[N] x f32>) version 1 {

}

// -----

// CHECK: 'sdfg.sdfg' uses symbol K that is not in scope (in scope: N)
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[K] x f32>) version 1 {

}

// -----

// CHECK: 'a b' cannot name a symbol
"sdfg.sdfg"() ({
^bb0:
}) {sym_name = "main", symbols = ["a b"], arg_names = [], arg_roles = [], version = 1 : i64} : () -> ()
