// RUN: sdfg-opt %s -p sdfg-fuse-states --print-debuginfo | filecheck %s

// Containers move up, nodes keep their order and their places.
// CHECK: %t = sdfg.alloc
// CHECK-NEXT: sdfg.state @a {
// CHECK-NEXT:   sdfg.copy %x[0:N] -> %t[0:N] loc("model.py":1:0)
// CHECK-NEXT:   sdfg.copy %t[0:N] -> %y[0:N] loc("model.py":2:0)
// CHECK-NEXT: }
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @empty {
  }
  sdfg.assign n = N
  %c = sdfg.constant dense<3> : tensor<i64> : !sdfg.array<[] x i64>
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @a {
    sdfg.copy %x[0:N] -> %t[0:N] loc("model.py":1:0)
  } loc("model.py":1:0)
  sdfg.state @b {
    sdfg.copy %t[0:N] -> %y[0:N] loc("model.py":2:0)
  } loc("model.py":2:0)
  // Control flow keeps states apart; those within it are fused.
  // CHECK: sdfg.for [k = 0:3] {
  // CHECK-NEXT: sdfg.state @c {
  // CHECK-NEXT: sdfg.copy
  // CHECK-NEXT: sdfg.copy
  // CHECK-NEXT: }
  sdfg.for [k = 0:3] {
    sdfg.state @c {
      sdfg.copy %x[0:N] -> %t[0:N]
    }
    sdfg.state @d {
      sdfg.copy %t[0:N] -> %y[0:N]
    }
  }
  // CHECK: sdfg.state @e {
  // CHECK: sdfg.state @f {
  sdfg.state @e {
    sdfg.copy %x[0:N] -> %t[0:N]
  }
  sdfg.read_symbol m = %c[]
  sdfg.state @f {
    sdfg.copy %t[0:N] -> %y[0:N]
  }
}
