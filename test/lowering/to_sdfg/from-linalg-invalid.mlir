// RUN: sdfg-opt %s -p sdfg-from-linalg --split-input-file --verify-diagnostics | filecheck %s

// Everything that has no form here is named at once, with its place; nothing is converted.
// CHECK: fft: 'complex.exp' has no form as an sdfg
// CHECK-NEXT: model.py:4:2 (gate): 'affine.apply' has no form as an sdfg
// CHECK-NEXT: twist: 'affine.apply' has no form as an sdfg
func.func @unsupported(%x: tensor<4xf32>, %z: complex<f32>, %k: index) -> tensor<4xf32> {
  %c = complex.exp %z : complex<f32> loc("fft")
  %a = affine.apply affine_map<(d0) -> (d0 + 1)>(%k) loc("gate"("model.py":4:2))
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%x : tensor<4xf32>) {
    ^bb0(%o: f32):
      %i = linalg.index 0 : index
      %j = affine.apply affine_map<(d0) -> (d0 + 1)>(%i) loc("twist")
      linalg.yield %o : f32
  } -> tensor<4xf32>
  func.return %x : tensor<4xf32>
}
// -----
// A cast that fixes a size which may be any other computes garbage for the others.
// CHECK: view: 'tensor.cast' states size 1 for dimension 0, but its size is n
// CHECK-NEXT: hint: give the model's input this fixed size
func.func @cast(%x: tensor<?xf32> {sdfg.shape = ["n"]}) -> tensor<1xf32> {
  %r = tensor.cast %x : tensor<?xf32> to tensor<1xf32> loc("view")
  func.return %r : tensor<1xf32>
}
// -----
// CHECK: flatten: 'tensor.reshape' reshapes [n, 4] to [(4 * n) floordiv 6, 6], which has another number of elements for most sizes
func.func @reshape(%x: tensor<?x4xf32> {sdfg.shape = ["n", "4"]}) -> (tensor<?x6xf32> {sdfg.shape = ["n", "6"]}) {
  %c0 = arith.constant 0 : index
  %c6 = arith.constant 6 : index
  %c4 = arith.constant 4 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = arith.muli %n, %c4 : index
  %k = arith.divsi %e, %c6 : index
  %s = tensor.from_elements %k, %c6 : tensor<2xindex>
  %r = tensor.reshape %x(%s) : (tensor<?x4xf32>, tensor<2xindex>) -> tensor<?x6xf32> loc("flatten")
  func.return %r : tensor<?x6xf32>
}
// -----
// Sizes that certainly differ; those that may differ are checked when the program runs.
// CHECK: sum: 'linalg.add' needs equal sizes of operands, got n and n + 1
func.func @sizes(%x: tensor<?xf32> {sdfg.shape = ["n"]}, %y: tensor<?xf32> {sdfg.shape = ["n + 1"]}) -> (tensor<?xf32> {sdfg.shape = ["n"]}) {
  %r = linalg.add ins(%x, %y : tensor<?xf32>, tensor<?xf32>) outs(%x : tensor<?xf32>) -> tensor<?xf32> loc("sum")
  func.return %r : tensor<?xf32>
}
// -----
// CHECK: 'func.func' has a shape that cannot be read for 'x': '2 +' is no symbolic expression
func.func @shape(%x: tensor<?xf32> {sdfg.name = "x", sdfg.shape = ["2 +"]}) -> tensor<?xf32> {
  func.return %x : tensor<?xf32>
}
// -----
// CHECK: pool: 'linalg.pooling_nchw_max' needs the window to be a number, got k
func.func @window(%x: tensor<1x3x9x9xf32>, %w: tensor<?x3xf32> {sdfg.shape = ["k", "3"]}, %y: tensor<1x3x?x4xf32> {sdfg.shape = ["1", "3", "m", "4"]}) -> (tensor<1x3x?x4xf32> {sdfg.shape = ["1", "3", "m", "4"]}) {
  %r = linalg.pooling_nchw_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : tensor<1x3x9x9xf32>, tensor<?x3xf32>) outs(%y : tensor<1x3x?x4xf32>) -> tensor<1x3x?x4xf32> loc("pool")
  func.return %r : tensor<1x3x?x4xf32>
}
