// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: 'sdfg.alloc' uses symbol K that is not in scope (in scope: M, N)
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[K] x f32>
}

// -----

// CHECK: 'sdfg.copy' uses symbol i that is not in scope
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
    }
    sdfg.copy %x[i, 0] -> %y[0]
  }
}

// -----

// CHECK: 'sdfg.if' uses symbol inner that is not in scope
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.if N > 1 {
    sdfg.assign inner = 1
  }
  sdfg.if inner > 1 {
  }
}

// -----

// CHECK: 'sdfg.map' defines symbol N that is already in scope
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [N = 0:4] {
    }
  }
}

// -----

// CHECK: 'sdfg.map' defines symbol i that is already in scope
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.map [i = 0:4] {
      }
    }
  }
}

// -----

// CHECK: 'sdfg.for' defines symbol t that is already in scope
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.for [t = 0:4] {
    sdfg.for [t = 0:4] {
    }
  }
}

// -----

// CHECK: 'sdfg.assign' changes symbol N, which is one of the program
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.assign N = 4
}

// -----

// CHECK: 'sdfg.assign' changes symbol t, which is one of the program, a parameter
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.for [t = 0:4] {
    sdfg.assign t = 4
  }
}

// -----

// CHECK: 'sdfg.assign' changes symbol n, {{.*}} or the size of a container in scope
sdfg.sdfg @main [N, M] () version 1 {
  sdfg.assign n = 4
  %a = sdfg.alloc : !sdfg.array<[n] x f32>
  sdfg.assign n = 5
}
