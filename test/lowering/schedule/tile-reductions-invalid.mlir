// RUN: sdfg-opt %s -p 'sdfg-tile-reductions' --verify-diagnostics | filecheck %s

// CHECK: 'builtin.module' names no machine
// CHECK-NEXT: hint: run sdfg-set-machine first
builtin.module {
}
