// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// Operands in other orders are views; a product into something is copied first.
// CHECK-LABEL: sdfg.sdfg @products (in "arg0" %arg0: !sdfg.array<[5, 3] x f32>, in "arg1" %arg1: !sdfg.array<[4, 5] x f32>, in "arg2" %arg2: !sdfg.array<[3, 4] x f32>, out "out0" %out0: !sdfg.array<[3, 4] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %arg0 : !sdfg.array<[3, 5] x f32, strides [1, 3]>
// CHECK-NEXT:   %1 = sdfg.view %arg1 : !sdfg.array<[5, 4] x f32, strides [1, 5]>
// CHECK-NEXT:   sdfg.state @matmul {
// CHECK-NEXT:     sdfg.copy %arg2[0:3, 0:4] -> %out0[0:3, 0:4]
// CHECK-NEXT:     sdfg.matmul (%0, %1) -> (%out0) {accumulate}
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @products(%a: tensor<5x3xf32>, %b: tensor<4x5xf32>, %c: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %r = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %b : tensor<5x3xf32>, tensor<4x5xf32>) outs(%c : tensor<3x4xf32>) {
    ^bb0(%p: f32, %q: f32, %s: f32):
      %m = arith.mulf %p, %q : f32
      %t = arith.addf %s, %m : f32
      linalg.yield %t : f32
  } -> tensor<3x4xf32>
  func.return %r : tensor<3x4xf32>
}

// A transposition of a weight is a view; the batch is one dimension of the node.
// CHECK-LABEL: sdfg.sdfg @batch [b] (in "a" %a: !sdfg.array<[b, 2, 8] x f32>, in "w" %w: !sdfg.array<[b, 4, 8] x f32>, out "out0" %out0: !sdfg.array<[b, 2, 4] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %w : !sdfg.array<[b, 8, 4] x f32, strides [32, 1, 8]>
// CHECK-NEXT:   sdfg.state @batch_matmul {
// CHECK-NEXT:     sdfg.matmul (%a, %0) -> (%out0)
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @batch(%a: tensor<?x2x8xf32> {sdfg.name = "a", sdfg.shape = ["b", "2", "8"]}, %w: tensor<?x4x8xf32> {sdfg.name = "w", sdfg.shape = ["b", "4", "8"]}) -> (tensor<?x2x4xf32> {sdfg.shape = ["b", "2", "4"]}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %a, %c0 : tensor<?x2x8xf32>
  %te = tensor.empty(%n) : tensor<?x8x4xf32>
  %t = linalg.transpose ins(%w : tensor<?x4x8xf32>) outs(%te : tensor<?x8x4xf32>) permutation = [0, 2, 1]
  %e = tensor.empty(%n) : tensor<?x2x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  %r = linalg.batch_matmul ins(%a, %t : tensor<?x2x8xf32>, tensor<?x8x4xf32>) outs(%f : tensor<?x2x4xf32>) -> tensor<?x2x4xf32>
  func.return %r : tensor<?x2x4xf32>
}

// The bias of a convolution is broadcast by strides, and the product added to it.
// CHECK-LABEL: sdfg.sdfg @convolution (in "arg0" %arg0: !sdfg.array<[1, 3, 9, 9] x f32>, in "arg1" %arg1: !sdfg.array<[4, 3, 3, 3] x f32>, in "arg2" %arg2: !sdfg.array<[4] x f32>, out "out0" %out0: !sdfg.array<[1, 4, 4, 4] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %arg2 : !sdfg.array<[1, 4, 4, 4] x f32, strides [0, 1, 0, 0]>
// CHECK-NEXT:   sdfg.state @conv_2d_nchw_fchw {
// CHECK-NEXT:     sdfg.copy %0[0:1, 0:4, 0:4, 0:4] -> %out0[0:1, 0:4, 0:4, 0:4]
// CHECK-NEXT:     sdfg.conv (%arg0, %arg1) -> (%out0) {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, groups = 1 : i64, accumulate}
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @convolution(%x: tensor<1x3x9x9xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  %e = tensor.empty() : tensor<1x4x4x4xf32>
  %i = linalg.broadcast ins(%b : tensor<4xf32>) outs(%e : tensor<1x4x4x4xf32>) dimensions = [0, 2, 3]
  %r = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x3x9x9xf32>, tensor<4x3x3x3xf32>) outs(%i : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  func.return %r : tensor<1x4x4x4xf32>
}

// Groups are merged with channels.
// CHECK-LABEL: sdfg.sdfg @groups (in "arg0" %arg0: !sdfg.array<[1, 2, 3, 9, 9] x f32>, in "arg1" %arg1: !sdfg.array<[2, 4, 3, 3, 3] x f32>, out "out0" %out0: !sdfg.array<[1, 2, 4, 7, 7] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %arg0 : !sdfg.array<[1, 6, 9, 9] x f32>
// CHECK-NEXT:   %1 = sdfg.view %arg1 : !sdfg.array<[8, 3, 3, 3] x f32>
// CHECK-NEXT:   %2 = sdfg.view %out0 : !sdfg.array<[1, 8, 7, 7] x f32>
// CHECK-NEXT:   sdfg.state @conv_2d_ngchw_gfchw {
// CHECK-NEXT:     sdfg.conv (%0, %1) -> (%2) {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64}
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @groups(%x: tensor<1x2x3x9x9xf32>, %w: tensor<2x4x3x3x3xf32>) -> tensor<1x2x4x7x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x4x7x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x4x7x7xf32>) -> tensor<1x2x4x7x7xf32>
  %r = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%x, %w : tensor<1x2x3x9x9xf32>, tensor<2x4x3x3x3xf32>) outs(%f : tensor<1x2x4x7x7xf32>) -> tensor<1x2x4x7x7xf32>
  func.return %r : tensor<1x2x4x7x7xf32>
}

// A window that lends only its size becomes an attribute.
// CHECK-LABEL: sdfg.sdfg @pooling (in "arg0" %arg0: !sdfg.array<[1, 3, 9, 9] x f32>, out "out0" %out0: !sdfg.array<[1, 3, 4, 4] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @pooling_nchw_max {
// CHECK-NEXT:     sdfg.pool (%arg0) -> (%out0) {kind = "max", window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>}
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @pooling(%x: tensor<1x3x9x9xf32>) -> tensor<1x3x4x4xf32> {
  %low = arith.constant 0xff800000 : f32
  %e = tensor.empty() : tensor<1x3x4x4xf32>
  %w = tensor.empty() : tensor<3x3xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %r = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x3x9x9xf32>, tensor<3x3xf32>) outs(%f : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  func.return %r : tensor<1x3x4x4xf32>
}
