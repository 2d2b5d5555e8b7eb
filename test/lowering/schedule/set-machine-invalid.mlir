// RUN: not sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=48}' 2>&1 | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-set-machine{cores=0}' 2>&1 | filecheck %s --check-prefix=CORES
// RUN: not sdfg-opt %s -p 'sdfg-set-machine{l2-bytes=-1}' 2>&1 | filecheck %s --check-prefix=CACHES
// RUN: not sdfg-opt %s -p 'sdfg-set-machine{start-ns=0}' 2>&1 | filecheck %s --check-prefix=SPEEDS
// RUN: not sdfg-opt %s -p 'sdfg-set-machine{threads=2}' 2>&1 | filecheck %s --check-prefix=NAME

// CHECK: a machine has a core, 4 vector registers and vectors of 4, 8, ... bytes at least, got 1, 32 and 48
// CORES: bytes at least, got 0, 32 and 64
// CACHES: sdfg-set-machine: caches have sizes of at least 0, got (32768, -1, 0)
// SPEEDS: sdfg-set-machine: speeds and times are at least 1, got (240, 100, 0)
// NAME: "threads"
builtin.module {
}
