// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=4 vector_bytes=32 vector_registers=16 start-ns=700}' | filecheck %s

// The facts that later passes ask for stand on the module.
// CHECK: builtin.module attributes {sdfg.machine = #sdfg.machine<{cores = 4 : i64, vector_bytes = 32 : i64, vector_registers = 16 : i64
// CHECK-SAME: core_gflops = 240 : i64, core_gbytes = 100 : i64, start_ns = 700 : i64
builtin.module {
}
