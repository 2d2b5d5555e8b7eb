// RUN: not sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=48}' 2>&1 | filecheck %s

// CHECK: a machine has a core, 4 vector registers and vectors of 8, 16, ... bytes at least, got 1, 32 and 48
builtin.module {
}
