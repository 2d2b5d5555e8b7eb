// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a copy keeps the element type, got f32 and i64
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>, inout "i" %i: !sdfg.array<[N] x i64>) version 1 {
  sdfg.state @s {
    sdfg.copy %y[0] -> %i[0]
  }
}

// -----

// CHECK: both sides of a copy have the same extents, got {{.}}0, 0:8{{.}} and {{.}}0:7{{.}}
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0:8] -> %y[0:7]
  }
}

// -----

// CHECK: both sides of a copy have the same extents
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0:4, 0:4] -> %y[0:4]
  }
}

// -----

// CHECK: only writes resolve conflicts, got wcr max on a read
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0] wcr max -> %y[0]
  }
}

// -----

// CHECK: conflict resolution 'or' is for integers, got f32
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.copy %x[0, 0] -> %y[0] wcr or
  }
}

// -----

// CHECK: a container is an array or a stream
func.func @f(%x: f32) {
  "sdfg.copy"(%x, %x) {read = #sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">, write = #sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">} : (f32, f32) -> ()
  func.return
}
