// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a condition is true or false, got the number N
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.while N {
  }
}
