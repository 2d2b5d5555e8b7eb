// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a memlet names an array or a stream, got f32
func.func @f(%x: f32) {
  sdfg.tasklet (%a = %x[]) -> (%x[]) {
    sdfg.yield %a : f32
  }
  func.return
}

// -----

// CHECK: a memlet has one range per dimension of its container, got 1 in {{.}}0{{.}} for rank 2
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0] -> %y[0]
  }
}

// -----

// CHECK: a subset ends behind its start, got 5:3 in dimension 1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 5:3] -> %y[0:1]
  }
}

// -----

// CHECK: a subset starts at 0 or later, got -1 in dimension 0
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[-1, 0] -> %y[0]
  }
}

// -----

// CHECK: a subset ends within its container, got 9 in dimension 1 of size 8
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0:9] -> %y[0:9]
  }
}

// -----

// CHECK: a subset has steps of 1 or more, got -1 in dimension 1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0:8:-1] -> %y[0:8]
  }
}

// -----

// CHECK: a range does not step by 0
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0:8:0] -> %y[0:8]
  }
}
