// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// Arguments carry the interface: names, sizes, weights, symbols. A fill is folded into what begins
// with it, and the last operation writes into the caller's container.
// CHECK-LABEL: sdfg.sdfg @linear [batch] (in "x" %x: !sdfg.array<[batch, 8] x f32>, out "logits" %logits: !sdfg.array<[batch, 4] x f32>) version 1 {
// CHECK-NEXT:   %fc_weight = sdfg.constant #sdfg.weight<"fc.weight"> : !sdfg.array<[8, 4] x f32>
// CHECK-NEXT:   %fc_bias = sdfg.constant #sdfg.weight<"fc.bias"> : !sdfg.array<[4] x f32>
// CHECK-NEXT:   %fc = sdfg.alloc "fc" : !sdfg.array<[batch, 4] x f32>
// CHECK-NEXT:   sdfg.state @fc_matmul {
// CHECK-NEXT:     sdfg.matmul (%x, %fc_weight) -> (%fc)
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @addf {
// CHECK-NEXT:     sdfg.map [i0 = 0:batch, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %fc[i0, i1], %1 = %fc_bias[i1]) -> (%logits[i0, i1]) {
// CHECK-NEXT:         %s = arith.addf %0, %1 : f32
// CHECK-NEXT:         sdfg.yield %s : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @linear(
    %x: tensor<?x8xf32> {sdfg.name = "x", sdfg.shape = ["batch", "8"]},
    %w: tensor<8x4xf32> {sdfg.name = "fc.weight", sdfg.constant},
    %b: tensor<4xf32> {sdfg.name = "fc.bias", sdfg.constant})
    -> (tensor<?x4xf32> {sdfg.name = "logits", sdfg.shape = ["batch", "4"]}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %m = linalg.matmul ins(%x, %w : tensor<?x8xf32>, tensor<8x4xf32>) outs(%f : tensor<?x4xf32>) -> tensor<?x4xf32> loc("fc")
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} ins(%m, %b : tensor<?x4xf32>, tensor<4xf32>) outs(%e : tensor<?x4xf32>) {
    ^bb0(%p: f32, %q: f32, %o: f32):
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
  } -> tensor<?x4xf32>
  func.return %r : tensor<?x4xf32>
}

// A size that is an argument is a symbol and no container; a number that is none is one of rank 0.
// Symbols may have any name that a model gives, also one of the maps' parameters.
// CHECK-LABEL: sdfg.sdfg @symbols [E, i0] (in "x" %x: !sdfg.array<[E + i0] x f32>, in "scale" %scale: !sdfg.array<[] x i64>, out "y" %y: !sdfg.array<[E + i0] x f32>) version 1
// CHECK-NEXT:   sdfg.state @mulf {
// CHECK-NEXT:     sdfg.map [i0_1 = 0:E + i0] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %x[i0_1], %1 = %scale[]) -> (%y[i0_1]) {
// CHECK-NEXT:         %2 = sdfg.index E + i0_1
// CHECK-NEXT:         %3 = arith.index_cast %2 : index to i64
// CHECK-NEXT:         %m = arith.muli %3, %1 : i64
// CHECK-NEXT:         %f = arith.sitofp %m : i64 to f32
// CHECK-NEXT:         %t = arith.mulf %0, %f : f32
// CHECK-NEXT:         sdfg.yield %t : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @symbols(
    %x: tensor<?xf32> {sdfg.name = "x", sdfg.shape = ["i0 + E"]},
    %k: i64 {sdfg.name = "k", sdfg.symbol = "E"},
    %s: i64 {sdfg.name = "scale"})
    -> (tensor<?xf32> {sdfg.name = "y", sdfg.shape = ["i0 + E"]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) {
    ^bb0(%p: f32, %o: f32):
      %i = linalg.index 0 : index
      %j = arith.index_cast %i : index to i64
      %l = arith.addi %j, %k : i64
      %m = arith.muli %l, %s : i64
      %f = arith.sitofp %m : i64 to f32
      %t = arith.mulf %p, %f : f32
      linalg.yield %t : f32
  } -> tensor<?xf32>
  func.return %r : tensor<?xf32>
}

// What the caller gets under another shape is written through a view; what it gets twice, or as it
// came in, is copied.
// CHECK-LABEL: sdfg.sdfg @results (in "x" %x: !sdfg.array<[6] x f32>, out "a" %a: !sdfg.array<[2, 3] x f32>, out "b" %b: !sdfg.array<[6] x f32>, out "c" %c: !sdfg.array<[6] x f32>, out "d" %d: !sdfg.array<[2] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %a : !sdfg.array<[6] x f32>
// CHECK-NEXT:   sdfg.state @negf {
// CHECK-NEXT:     sdfg.map [i0 = 0:6] {
// CHECK-NEXT:       sdfg.tasklet (%1 = %x[i0]) -> (%0[i0]) {
// CHECK-NEXT:         %t = arith.negf %1 : f32
// CHECK-NEXT:         sdfg.yield %t : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %0[0:6] -> %b[0:6]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %x[0:6] -> %c[0:6]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @fill {
// CHECK-NEXT:     sdfg.map [i0 = 0:2] {
// CHECK-NEXT:       sdfg.tasklet () -> (%d[i0]) {
// CHECK-NEXT:         %1 = arith.constant 1.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %1 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @results(%x: tensor<6xf32> {sdfg.name = "x"})
    -> (tensor<2x3xf32> {sdfg.name = "a"}, tensor<6xf32> {sdfg.name = "b"}, tensor<6xf32> {sdfg.name = "c"}, tensor<2xf32> {sdfg.name = "d"}) {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<6xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<6xf32>) outs(%e : tensor<6xf32>) {
    ^bb0(%p: f32, %o: f32):
      %t = arith.negf %p : f32
      linalg.yield %t : f32
  } -> tensor<6xf32>
  %a = tensor.expand_shape %r [[0, 1]] output_shape [2, 3] : tensor<6xf32> into tensor<2x3xf32>
  %d = tensor.splat %one : tensor<2xf32>
  func.return %a, %r, %x, %d : tensor<2x3xf32>, tensor<6xf32>, tensor<6xf32>, tensor<2xf32>
}
