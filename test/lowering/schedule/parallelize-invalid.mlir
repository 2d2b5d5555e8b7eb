// RUN: not sdfg-opt %s -p 'sdfg-parallelize{block=0}' 2>&1 | filecheck %s --check-prefix=BLOCK
// RUN: not sdfg-opt %s -p 'sdfg-parallelize{start=-2}' 2>&1 | filecheck %s --check-prefix=WORK
// RUN: not sdfg-opt %s -p 'sdfg-parallelize{threads=4}' 2>&1 | filecheck %s --check-prefix=NAME
// RUN: sdfg-opt %s -p sdfg-parallelize --verify-diagnostics | filecheck %s --check-prefix=MACHINE

// BLOCK: sdfg-parallelize: start is at least -1 and block at least 1, got -1 and 0
// WORK: sdfg-parallelize: start is at least -1 and block at least 1, got -2 and 4096
// NAME: "threads"
// MACHINE: 'builtin.module' names no machine
// MACHINE-NEXT: hint: run sdfg-set-machine first
builtin.module {
}
