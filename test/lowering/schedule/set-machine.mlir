// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=4 vector_bytes=32 vector_registers=16}' | filecheck %s

// The facts that later passes ask for stand on the module.
// CHECK: builtin.module attributes {sdfg.machine = #sdfg.machine<{cores = 4 : i64, vector_bytes = 32 : i64, vector_registers = 16 : i64
builtin.module {
}
