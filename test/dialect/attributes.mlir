// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Every attribute of the dialect, in the form in which it stands alone.
// CHECK: "test.op"() {a = #sdfg.expr<"2 * N + 1">} : () -> ()
"test.op"() {a = #sdfg.expr<"1 + N + N">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.dims<"N, 128">, empty = #sdfg.dims<"">} : () -> ()
"test.op"() {a = #sdfg.dims<"N, 128">, empty = #sdfg.dims<"">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.subset<"i, 0:N, 2 * j:2 * j + 16, 0:N:4">} : () -> ()
"test.op"() {a = #sdfg.subset<"i, 0:N, 2 * j:2 * j + 16, 0:N:4">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.memlet<#sdfg.subset<"i, j">, #sdfg.expr<"1">, "sum">} : () -> ()
"test.op"() {a = #sdfg.memlet<#sdfg.subset<"i, j">, #sdfg.expr<"1">, "sum">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.storage<"gpu_shared">} : () -> ()
"test.op"() {a = #sdfg.storage<"gpu_shared">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.schedule<"parallel", #sdfg.expr<"N > 64">>} : () -> ()
"test.op"() {a = #sdfg.schedule<"parallel", #sdfg.expr<"N > 64">>} : () -> ()
// CHECK: "test.op"() {a = #sdfg.weight<"layer1.conv.weight">} : () -> ()
"test.op"() {a = #sdfg.weight<"layer1.conv.weight">} : () -> ()
// CHECK: "test.op"() {a = #sdfg.machine<{cores = 2 : i64, vector_bytes = 64 : i64}>} : () -> ()
"test.op"() {a = #sdfg.machine<{cores = 2 : i64, vector_bytes = 64 : i64}>} : () -> ()
