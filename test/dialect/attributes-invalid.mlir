// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: storage must be one of heap, {{.*}}, got 'attic'
"test.op"() {a = #sdfg.storage<"attic">} : () -> ()

// -----

// CHECK: schedule must be one of sequential, {{.*}}, got 'soon'
"test.op"() {a = #sdfg.schedule<"soon", #sdfg.expr<"true">>} : () -> ()

// -----

// CHECK: the condition of a schedule is true or false, got N
"test.op"() {a = #sdfg.schedule<"parallel", #sdfg.expr<"N">>} : () -> ()

// -----

// CHECK: conflict resolution must be one of sum, {{.*}}, got 'first'
"test.op"() {a = #sdfg.memlet<#sdfg.subset<"i">, #sdfg.expr<"1">, "first">} : () -> ()

// -----

// CHECK: a machine's facts are counts, got cores = -1
"test.op"() {a = #sdfg.machine<{cores = -1 : i64}>} : () -> ()
