// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// A running product, and where it ended.
// CHECK-LABEL: sdfg.sdfg @scan (in "arg0" %arg0: !sdfg.array<[5, 3] x f32>, in "arg1" %arg1: !sdfg.array<[3] x f32>, out "out0" %out0: !sdfg.array<[5, 3] x f32>, out "out1" %out1: !sdfg.array<[3] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @scan {
// CHECK-NEXT:     sdfg.scan (%arg0) -> (%out0) {kind = "product", axis = 0 : i64, exclusive = false, reverse = false}
// CHECK-NEXT:   }
// CHECK-NEXT:   %0 = sdfg.view %out0 : !sdfg.array<[3] x f32, offset 12>
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %0[0:3] -> %out1[0:3]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @scan(%x: tensor<5x3xf32>, %s: tensor<3xf32>) -> (tensor<5x3xf32>, tensor<3xf32>) {
  %e = tensor.empty() : tensor<5x3xf32>
  %r:2 = "tm_tensor.scan"(%x, %e, %s) <{dimension = 0 : i64, inclusive = true, operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%a: f32, %b: f32):
      %p = arith.mulf %a, %b : f32
      "tm_tensor.yield"(%p) : (f32) -> ()
  }) : (tensor<5x3xf32>, tensor<5x3xf32>, tensor<3xf32>) -> (tensor<5x3xf32>, tensor<3xf32>)
  func.return %r#0, %r#1 : tensor<5x3xf32>, tensor<3xf32>
}

// CHECK-LABEL: sdfg.sdfg @scatter (in "arg0" %arg0: !sdfg.array<[9] x f32>, in "arg1" %arg1: !sdfg.array<[9, 2] x i64>, in "arg2" %arg2: !sdfg.array<[3, 7] x f32>, out "out0" %out0: !sdfg.array<[3, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %arg2[0:3, 0:7] -> %out0[0:3, 0:7]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @scatter {
// CHECK-NEXT:     sdfg.scatter (%arg0, %arg1) -> (%out0) {kind = "sum"}
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @scatter(%u: tensor<9xf32>, %i: tensor<9x2xi64>, %x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %r = "tm_tensor.scatter"(%u, %i, %x) <{dimension_map = array<i64: 0, 1>, operandSegmentSizes = array<i32: 2, 1>, unique_indices = false}> ({
    ^bb0(%a: f32, %b: f32):
      %s = arith.addf %b, %a : f32
      "tm_tensor.yield"(%s) : (f32) -> ()
  }) : (tensor<9xf32>, tensor<9x2xi64>, tensor<3x7xf32>) -> tensor<3x7xf32>
  func.return %r : tensor<3x7xf32>
}

// A tensor that counts along the axis becomes where each key came from; any other is put in order.
// CHECK-LABEL: sdfg.sdfg @sort (in "arg0" %arg0: !sdfg.array<[3, 7] x f32>, in "arg1" %arg1: !sdfg.array<[3, 7] x f32>, out "out0" %out0: !sdfg.array<[3, 7] x f32>, out "out1" %out1: !sdfg.array<[3, 7] x i64>, out "out2" %out2: !sdfg.array<[3, 7] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[3, 7] x i64>
// CHECK-NEXT:   sdfg.state @index_cast {
// CHECK-NEXT:     sdfg.map [i0 = 0:3, i1 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%0[i0, i1]) {
// CHECK-NEXT:         %1 = sdfg.index i1
// CHECK-NEXT:         %2 = arith.index_cast %1 : index to i64
// CHECK-NEXT:         sdfg.yield %2 : i64
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @sort {
// CHECK-NEXT:     sdfg.sort (%arg0) -> (%out0, %out1) {axis = 1 : i64, descending = true}
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @reorder {
// CHECK-NEXT:     sdfg.map [i0 = 0:3, i1 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet (%1 = %out1[i0, i1], %2: !sdfg.array<[3, 7] x f32> = %arg1[0:3, 0:7] volume 1) -> (%out2[i0, i1]) {
// CHECK-NEXT:         %3 = sdfg.index i1
// CHECK-NEXT:         %4 = arith.index_cast %1 : i64 to index
// CHECK-NEXT:         %5 = sdfg.index i0
// CHECK-NEXT:         %6 = sdfg.load %2[%5, %4] : !sdfg.array<[3, 7] x f32> -> f32
// CHECK-NEXT:         sdfg.yield %6 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @sort(%x: tensor<3x7xf32>, %y: tensor<3x7xf32>) -> (tensor<3x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>) {
  %e = tensor.empty() : tensor<3x7xi64>
  %n = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<3x7xi64>) {
    ^bb0(%o: i64):
      %d = linalg.index 1 : index
      %k = arith.index_cast %d : index to i64
      linalg.yield %k : i64
  } -> tensor<3x7xi64>
  %r:3 = "tm_tensor.sort"(%x, %n, %y) <{dimension = 1 : i64, operandSegmentSizes = array<i32: 0, 3>}> ({
    ^bb0(%a: f32, %b: f32, %c: i64, %d: i64, %p: f32, %q: f32):
      %g = arith.cmpf oge, %a, %b : f32
      "tm_tensor.yield"(%g) : (i1) -> ()
  }) : (tensor<3x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>) -> (tensor<3x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>)
  func.return %r#0, %r#1, %r#2 : tensor<3x7xf32>, tensor<3x7xi64>, tensor<3x7xf32>
}
