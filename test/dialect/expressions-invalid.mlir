// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: 'N +' does not parse
"test.op"() {a = #sdfg.expr<"N +">} : () -> ()

// -----

// CHECK: unexpected ')'
"test.op"() {a = #sdfg.expr<"N + 1)">} : () -> ()

// -----

// CHECK: unexpected '> 2'
"test.op"() {a = #sdfg.expr<"N > 1 > 2">} : () -> ()

// -----

// CHECK: expected a number, got N > 1
"test.op"() {a = #sdfg.dims<"(N > 1)">} : () -> ()

// -----

// CHECK: expected a condition, got N
"test.op"() {a = #sdfg.expr<"N and M > 1">} : () -> ()

// -----

// CHECK: expected a condition, got N
"test.op"() {a = #sdfg.expr<"not N">} : () -> ()

// -----

// CHECK: unsupported operand
"test.op"() {a = #sdfg.expr<"(N > 1) + 1">} : () -> ()

// -----

// CHECK: max takes at least one number
"test.op"() {a = #sdfg.expr<"max()">} : () -> ()

// -----

// CHECK: division by zero in a symbolic expression
"test.op"() {a = #sdfg.expr<"N floordiv 0">} : () -> ()

// -----

// CHECK: remainder by zero in a symbolic expression
"test.op"() {a = #sdfg.expr<"N mod (M - M)">} : () -> ()

// -----

// CHECK: 'mod' is an operator of symbolic expressions
"test.op"() {a = #sdfg.expr<"mod + 1">} : () -> ()

// -----

// CHECK: 'min' is an operator of symbolic expressions, no symbol
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.assign min = 3
}

// -----

// CHECK: 'a.b' cannot name a symbol
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.assign n = a.b
}
