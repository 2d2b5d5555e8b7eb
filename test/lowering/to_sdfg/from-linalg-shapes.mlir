// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// Slices, transpositions, reshapes are views of one block; a copy only where strides cannot say it.
// CHECK-LABEL: sdfg.sdfg @views [n] (in "x" %x: !sdfg.array<[n, 6, 4] x f32>, out "y" %y: !sdfg.array<[3 * n, 8] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %x : !sdfg.array<[n, 3, 2, 4] x f32, strides [24, 4, 12, 1]>
// CHECK-NEXT:   %1 = sdfg.view %y : !sdfg.array<[n, 3, 2, 4] x f32>
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %0[0:n, 0:3, 0:2, 0:4] -> %1[0:n, 0:3, 0:2, 0:4]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @views(%x: tensor<?x6x4xf32> {sdfg.name = "x", sdfg.shape = ["n", "6", "4"]}) -> (tensor<?x8xf32> {sdfg.name = "y", sdfg.shape = ["3 * n", "8"]}) {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : tensor<?x6x4xf32>
  %s = tensor.expand_shape %x [[0], [1, 2], [3]] output_shape [%n, 2, 3, 4] : tensor<?x6x4xf32> into tensor<?x2x3x4xf32>
  %e = tensor.empty(%n) : tensor<?x3x2x4xf32>
  %t = linalg.transpose ins(%s : tensor<?x2x3x4xf32>) outs(%e : tensor<?x3x2x4xf32>) permutation = [0, 2, 1, 3]
  %r = tensor.collapse_shape %t [[0, 1], [2, 3]] : tensor<?x3x2x4xf32> into tensor<?x8xf32>
  func.return %r : tensor<?x8xf32>
}

// Sizes in a tensor are followed as expressions.
// CHECK-LABEL: sdfg.sdfg @reshape [n, m] (in "x" %x: !sdfg.array<[n, m, 6] x f32>, out "y" %y: !sdfg.array<[n, 2, m, 3] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %x : !sdfg.array<[n, 2, m, 3] x f32>
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %0[0:n, 0:2, 0:m, 0:3] -> %y[0:n, 0:2, 0:m, 0:3]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @reshape(%x: tensor<?x?x6xf32> {sdfg.name = "x", sdfg.shape = ["n", "m", "6"]}) -> (tensor<?x2x?x3xf32> {sdfg.name = "y", sdfg.shape = ["n", "2", "m", "3"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c6 = arith.constant 6 : index
  %n = tensor.dim %x, %c0 : tensor<?x?x6xf32>
  %m = tensor.dim %x, %c1 : tensor<?x?x6xf32>
  %nm = arith.muli %n, %m : index
  %all = arith.muli %nm, %c6 : index
  %m6 = arith.muli %m, %c6 : index
  %k = arith.divsi %all, %m6 : index
  %s = tensor.from_elements %k, %c2, %m, %c3 : tensor<4xindex>
  %r = tensor.reshape %x(%s) : (tensor<?x?x6xf32>, tensor<4xindex>) -> tensor<?x2x?x3xf32>
  func.return %r : tensor<?x2x?x3xf32>
}

// The border is filled side by side, without a branch; the inside is a copy.
// CHECK-LABEL: sdfg.sdfg @pad [n] (in "x" %x: !sdfg.array<[n, 4] x f32>, out "y" %y: !sdfg.array<[n + 2, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @pad {
// CHECK-NEXT:     sdfg.map [i0 = 0:1, i1 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1]) {
// CHECK-NEXT:         %0 = arith.constant 2.500000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [i0 = n + 1:n + 2, i1 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1]) {
// CHECK-NEXT:         %0 = arith.constant 2.500000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [i0 = 1:n + 1, i1 = 4:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1]) {
// CHECK-NEXT:         %0 = arith.constant 2.500000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.copy %x[0:n, 0:4] -> %y[1:n + 1, 0:4]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @pad(%x: tensor<?x4xf32> {sdfg.name = "x", sdfg.shape = ["n", "4"]}) -> (tensor<?x7xf32> {sdfg.name = "y", sdfg.shape = ["n + 2", "7"]}) {
  %v = arith.constant 2.5 : f32
  %r = tensor.pad %x low[1, 0] high[1, 3] {
    ^bb0(%i: index, %j: index):
      tensor.yield %v : f32
  } : tensor<?x4xf32> to tensor<?x7xf32>
  func.return %r : tensor<?x7xf32>
}

// The first insertion needs a copy of what the caller keeps, the second one does not.
// CHECK-LABEL: sdfg.sdfg @insert (in "x" %x: !sdfg.array<[4, 6] x f32>, in "y" %y: !sdfg.array<[2, 6] x f32>, in "z" %z: !sdfg.array<[3] x f32>, out "r" %r: !sdfg.array<[4, 6] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %x[0:4, 0:6] -> %r[0:4, 0:6]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @insert_slice {
// CHECK-NEXT:     sdfg.copy %y[0:2, 0:6] -> %r[0:3:2, 0:6]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @insert_slice {
// CHECK-NEXT:     sdfg.copy %z[0:3] -> %r[1, 0:5:2]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @insert(%x: tensor<4x6xf32> {sdfg.name = "x"}, %y: tensor<2x6xf32> {sdfg.name = "y"}, %z: tensor<3xf32> {sdfg.name = "z"}) -> (tensor<4x6xf32> {sdfg.name = "r"}) {
  %a = tensor.insert_slice %y into %x[0, 0] [2, 6] [2, 1] : tensor<2x6xf32> into tensor<4x6xf32>
  %b = tensor.insert_slice %z into %a[1, 0] [1, 3] [1, 2] : tensor<3xf32> into tensor<4x6xf32>
  %c = tensor.collapse_shape %b [[0, 1]] : tensor<4x6xf32> into tensor<24xf32>
  %d = tensor.expand_shape %c [[0, 1]] output_shape [4, 6] : tensor<24xf32> into tensor<4x6xf32>
  func.return %d : tensor<4x6xf32>
}

// CHECK-LABEL: sdfg.sdfg @concat [n] (in "x" %x: !sdfg.array<[n, 3] x f32>, in "y" %y: !sdfg.array<[n, 2] x f32>, out "r" %r: !sdfg.array<[n, 5] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @concat {
// CHECK-NEXT:     sdfg.copy %x[0:n, 0:3] -> %r[0:n, 0:3]
// CHECK-NEXT:     sdfg.copy %y[0:n, 0:2] -> %r[0:n, 3:5]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @concat(%x: tensor<?x3xf32> {sdfg.name = "x", sdfg.shape = ["n", "3"]}, %y: tensor<?x2xf32> {sdfg.name = "y", sdfg.shape = ["n", "2"]}) -> (tensor<?x5xf32> {sdfg.name = "r", sdfg.shape = ["n", "5"]}) {
  %r = tensor.concat dim(1) %x, %y : (tensor<?x3xf32>, tensor<?x2xf32>) -> tensor<?x5xf32>
  func.return %r : tensor<?x5xf32>
}

// Offsets of a slice: the row of a loop-free symbol, with a step. A size of 1 that the result does
// not have is left out.
// CHECK-LABEL: sdfg.sdfg @slice [n, k] (in "x" %x: !sdfg.array<[n, 7] x f32>, in "y" %y: !sdfg.array<[3] x f32>, out "r" %r: !sdfg.array<[3] x f32>) version 1
// CHECK-NEXT:   %0 = sdfg.view %x : !sdfg.array<[3] x f32, strides [2], offset 7 * k + 1>
// CHECK-NEXT:   sdfg.state @add {
// CHECK-NEXT:     sdfg.map [i0 = 0:3] {
// CHECK-NEXT:       sdfg.tasklet (%1 = %0[i0], %2 = %y[i0]) -> (%r[i0]) {
// CHECK-NEXT:         %3 = arith.addf %1, %2 : f32
// CHECK-NEXT:         sdfg.yield %3 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @slice(%x: tensor<?x7xf32> {sdfg.name = "x", sdfg.shape = ["n", "7"]}, %k: i64 {sdfg.symbol = "k"}, %y: tensor<3xf32> {sdfg.name = "y"}) -> (tensor<3xf32> {sdfg.name = "r"}) {
  %i = arith.index_cast %k : i64 to index
  %s = tensor.extract_slice %x[%i, 1] [1, 3] [1, 2] : tensor<?x7xf32> to tensor<3xf32>
  %r = linalg.add ins(%s, %y : tensor<3xf32>, tensor<3xf32>) outs(%y : tensor<3xf32>) -> tensor<3xf32>
  func.return %r : tensor<3xf32>
}
