// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a loop has one parameter and one range, got 2 and 2
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.for [i = 0:N, j = 0:N] {
  }
}

// -----

// CHECK: a loop runs over a range, got the point N
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.for [i = N] {
  }
}

// -----

// CHECK: the step is at least 1, got -2
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.for [i = 0:N:-2] {
  }
}

// -----

// CHECK: incorrect length for range variable
sdfg.sdfg @main [N, M] () version 1 {
  "sdfg.for"() ({
  ^bb0(%a: f32):
  }) {params = ["i"], ranges = #sdfg.subset<"0:4">} : () -> ()
}
