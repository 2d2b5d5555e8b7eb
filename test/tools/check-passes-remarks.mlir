// RUN: sdfg-opt %s --split-input-file --check-passes -p canonicalize 2>&1 | filecheck %s

// A program that cannot be interpreted is named, and the passes run all the same.
// CHECK-DAG: remark: nothing to check yet: the module has no sdfg program
// CHECK-DAG: remark: 'never' is not checked: it runs on none of 8 random inputs
func.func @linalg_yet(%x: tensor<4xf32>) -> tensor<4xf32> {
  func.return %x : tensor<4xf32>
}

// -----

sdfg.sdfg @never (inout "x" %x: !sdfg.array<[1] x f32>) {
  sdfg.state @s {
    sdfg.tasklet () -> (%x[0]) {
      %no = arith.constant false
      sdfg.assert %no, "never"
      %0 = arith.constant 1.0 : f32
      sdfg.yield %0 : f32
    }
  }
}
