// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: 'sdfg.tasklet' may not stand directly in a program
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.tasklet () -> (%y[0]) {
    %0 = arith.constant 0.0 : f32
    sdfg.yield %0 : f32
  }
}

// -----

// CHECK: 'sdfg.copy' may not stand directly in a program
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.for [t = 0:N] {
    sdfg.copy %x[t, 0] -> %y[t]
  }
}

// -----

// CHECK: 'sdfg.state' may not stand in a state
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.state @t {
    }
  }
}

// -----

// CHECK: 'sdfg.state' may not stand in a state
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.if N > 3 {
        sdfg.state @t {
        }
      }
    }
  }
}

// -----

// CHECK: 'arith.constant' may not stand in a state
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %0 = arith.constant 0.0 : f32
  }
}

// -----

// CHECK: 'sdfg.sdfg' may not stand directly in a program
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.sdfg @inner () version 1 {
  }
}

// -----

// CHECK: stands in a tasklet and nowhere else
func.func @f() {
  %0 = sdfg.index 3
  func.return
}

// -----

// CHECK: stands in a tasklet and nowhere else
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %0 = sdfg.index i
    }
  }
}
