// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a tasklet computes with arith, {{.*}}, got 'sdfg.copy'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0], %b: !sdfg.array<[N] x f32> = %y[0:N]) -> (%y[0]) {
      sdfg.copy %b[0] -> %b[0]
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: a tasklet computes with arith, {{.*}}, got 'tensor.empty'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      %t = tensor.empty() : tensor<4xf32>
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: a tasklet computes with arith, {{.*}}, got 'sdfg.map'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      sdfg.map [i = 0:N] {
      }
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: the container is an argument of the tasklet
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%y[i]) {
        %z = sdfg.index 0
        %b = sdfg.load %x[%z, %z] : !sdfg.array<[N, 8] x f32> -> f32
        sdfg.yield %b : f32
      }
    }
  }
}

// -----

// CHECK: an index is a number, got the condition N > 1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      %z = "sdfg.index"() {expr = #sdfg.expr<"N > 1">} : () -> index
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: one index per dimension, got 1 for rank 2
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: !sdfg.array<[N, 8] x f32> = %x[0:N, 0:8]) -> (%y[0]) {
      %z = sdfg.index 0
      %b = sdfg.load %a[%z] : !sdfg.array<[N, 8] x f32> -> f32
      sdfg.yield %b : f32
    }
  }
}

// -----

// CHECK: a load gives the element type f32, or a vector of it, got f64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: !sdfg.array<[N, 8] x f32> = %x[0:N, 0:8]) -> (%y[0]) {
      %z = sdfg.index 0
      %b = sdfg.load %a[%z, %z] : !sdfg.array<[N, 8] x f32> -> f64
      %c = arith.truncf %b : f64 to f32
      sdfg.yield %c : f32
    }
  }
}

// -----

// CHECK: a store takes the element type f32, got f64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (store %o: !sdfg.array<[N] x f32> = %y[0:N]) {
      %z = sdfg.index 0
      %b = arith.extf %a : f32 to f64
      sdfg.store %b, %o[%z] : f64, !sdfg.array<[N] x f32>
      sdfg.yield
    }
  }
}

// -----

// CHECK: a store writes to a stored output of the tasklet, got an input
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: !sdfg.array<[N, 8] x f32> = %x[0:N, 0:8]) -> (%y[0]) {
      %z = sdfg.index 0
      %b = arith.constant 0.0 : f32
      sdfg.store %b, %a[%z, %z] : f32, !sdfg.array<[N, 8] x f32>
      sdfg.yield %b : f32
    }
  }
}

// -----

// CHECK: the container is an argument of the tasklet
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: !sdfg.array<[N, 8] x f32> = %x[0:N, 0:8]) -> (%y[0]) {
      %c = arith.constant true
      %z = sdfg.index 0
      %s = arith.select %c, %a, %a : !sdfg.array<[N, 8] x f32>
      %b = sdfg.load %s[%z, %z] : !sdfg.array<[N, 8] x f32> -> f32
      sdfg.yield %b : f32
    }
  }
}

// -----

// CHECK: Expected attribute i1 but got f32
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      "sdfg.assert"(%a) {message = "m"} : (f32) -> ()
      sdfg.yield %a : f32
    }
  }
}
