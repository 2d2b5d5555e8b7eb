// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a tasklet has one memlet per container, got 1 and 0 for 0 inputs and 0 outputs
"sdfg.tasklet"() ({
^bb0:
  sdfg.yield
}) {reads = [#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">], writes = [], operandSegmentSizes = array<i32: 0, 0>} : () -> ()

// -----

// CHECK: a tasklet writes at least one container, got none
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> () {
      sdfg.yield
    }
  }
}

// -----

// CHECK: the body of a tasklet ends in 'sdfg.yield'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %0 = sdfg.alloc : !sdfg.array<[] x f32>
    "sdfg.tasklet"(%0) ({
    ^bb0:
      "test.termop"() : () -> ()
    }) {reads = [], writes = [#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">], operandSegmentSizes = array<i32: 0, 1>} : (!sdfg.array<[] x f32>) -> ()
  }
}

// -----

// CHECK: the body takes one argument per input and per stored output, got 0 for 1 inputs and 1 outputs
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %0 = sdfg.alloc : !sdfg.array<[] x f32>
    "sdfg.tasklet"(%0, %0) ({
    ^bb0:
      %1 = arith.constant 0.0 : f32
      sdfg.yield %1 : f32
    }) {reads = [#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">], writes = [#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">], operandSegmentSizes = array<i32: 1, 1>} : (!sdfg.array<[] x f32>, !sdfg.array<[] x f32>) -> ()
  }
}

// -----

// CHECK: the body yields one value per output that is not stored, got 2 for 1
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      sdfg.yield %a, %a : f32, f32
    }
  }
}

// -----

// CHECK: the yielded value of a point has the element type f32, got f64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      %b = arith.extf %a : f32 to f64
      sdfg.yield %b : f64
    }
  }
}

// -----

// CHECK: the argument of a point has the element type f32, got f64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: f64 = %x[0, 0]) -> (%y[0]) {
      %b = arith.truncf %a : f64 to f32
      sdfg.yield %b : f32
    }
  }
}

// -----

// CHECK: the argument of {{.}}0, 0:8{{.}} is a vector of at least 8 x f32, got vector<4xf32>
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: vector<4xf32> = %x[0, 0:8]) -> (%y[0]) {
      %b = vector.extract %a[0] : f32 from vector<4xf32>
      sdfg.yield %b : f32
    }
  }
}

// -----

// CHECK: the argument of {{.}}0, 0:4{{.}} is a vector or the container !sdfg.array<{{.*}}>, got f32
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0:4]) -> (%y[0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: a stored output comes in as its container, got f32 for !sdfg.array<{{.}}N{{.}} x f32>
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (store %o: f32 = %y[0:N]) {
      sdfg.yield
    }
  }
}

// -----

// CHECK: stored outputs come behind all others
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (store %o: !sdfg.array<[N] x f32> = %y[0:N], %x[0, 0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: only writes resolve conflicts, got wcr sum on a read
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0] wcr sum) -> (%y[0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: conflict resolution must be one of sum, {{.*}}, got 'first'
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0] wcr first) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: conflict resolution 'xor' is for integers, got f32
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0] wcr xor) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: conflict resolution 'max' needs an order, got complex<f32>
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[4, 4] x complex<f32>>, inout "y" %y: !sdfg.array<[4] x complex<f32>>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0] wcr max) {
      sdfg.yield %a : complex<f32>
    }
  }
}

// -----

// CHECK: an 'in' container of the program is never written
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, in "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0, 0]) -> (%y[0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: an 'in' container of the program is never written
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, in "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %v = sdfg.view %y : !sdfg.array<[N] x f32>
    sdfg.tasklet (%a = %x[0, 0]) -> (%v[0]) {
      sdfg.yield %a : f32
    }
  }
}

// -----

// CHECK: a container is an array or a stream
func.func @f(%x: f32) {
  "sdfg.tasklet"(%x) ({
  ^bb0:
    sdfg.yield
  }) {reads = [], writes = [#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">], operandSegmentSizes = array<i32: 0, 1>} : (f32) -> ()
  func.return
}
