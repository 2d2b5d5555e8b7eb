// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a map has one range per parameter and at least one, got 2 parameters and 1 ranges
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    "sdfg.map"() ({
    ^bb0:
    }) {params = ["i", "j"], ranges = #sdfg.subset<"0:4">, schedule = #sdfg.schedule<"sequential", #sdfg.expr<"true">>} : () -> ()
  }
}

// -----

// CHECK: a map has one range per parameter and at least one, got 0 parameters and 0 ranges
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [] {
    }
  }
}

// -----

// CHECK: parameters of a map differ, got i, i
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N, i = 0:N] {
    }
  }
}

// -----

// CHECK: a parameter runs over a range, got the point i = N
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = N] {
    }
  }
}

// -----

// CHECK: every step is at least 1, got i = 0:N:-1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N:-1] {
    }
  }
}

// -----

// CHECK: ranges of one map do not depend on its parameters, got j = 0:i with i
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:i] {
    }
  }
}

// -----

// CHECK: an unrolled map has constant ranges, got {{.}}0:N{{.}}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] schedule(unroll) {
    }
  }
}

// -----

// CHECK: schedule must be one of sequential, {{.*}}, got 'soon'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] schedule(soon) {
    }
  }
}
