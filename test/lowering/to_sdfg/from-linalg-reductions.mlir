// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// A combiner becomes a conflict resolution. The index that nothing uses goes away: what is left is
// a maximum in any order.
// CHECK-LABEL: sdfg.sdfg @maximum (in "arg0" %arg0: !sdfg.array<[3, 5] x f32>, out "out0" %out0: !sdfg.array<[3] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @maximumf {
// CHECK-NEXT:     sdfg.map [i0 = 0:3] {
// CHECK-NEXT:       sdfg.tasklet () -> (%out0[i0]) {
// CHECK-NEXT:         %0 = arith.constant 0xff800000 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:5] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %arg0[i0, r0]) -> (%out0[i0] wcr max) {
// CHECK-NEXT:           sdfg.yield %0 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @maximum(%x: tensor<3x5xf32>) -> tensor<3xf32> {
  %low = arith.constant 0xff800000 : f32
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<3xf32>
  %n = tensor.empty() : tensor<3xi64>
  %v = linalg.fill ins(%low : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %i = linalg.fill ins(%zero : i64) outs(%n : tensor<3xi64>) -> tensor<3xi64>
  %r:2 = "linalg.generic"(%x, %v, %i) <{indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a)>], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%p: f32, %q: f32, %k: i64):
      %d = linalg.index 1 : index
      %at = arith.index_cast %d : index to i64
      %m = arith.maximumf %p, %q : f32
      %g = arith.cmpf ogt, %p, %q : f32
      %w = arith.select %g, %at, %k : i64
      linalg.yield %m, %w : f32, i64
  }) : (tensor<3x5xf32>, tensor<3xf32>, tensor<3xi64>) -> (tensor<3xf32>, tensor<3xi64>)
  func.return %r#0 : tensor<3xf32>
}

// With the index in use, elements are taken in order.
// CHECK-LABEL: sdfg.sdfg @argmax (in "arg0" %arg0: !sdfg.array<[3, 5] x f32>, out "out0" %out0: !sdfg.array<[3] x i64>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[3] x f32>
// CHECK-NEXT:   sdfg.state @maximumf {
// CHECK-NEXT:     sdfg.map [i0 = 0:3] {
// CHECK-NEXT:       sdfg.tasklet () -> (%0[i0]) {
// CHECK-NEXT:         %1 = arith.constant 0xff800000 : f32
// CHECK-NEXT:         sdfg.yield %1 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.tasklet () -> (%out0[i0]) {
// CHECK-NEXT:         %1 = arith.constant 0 : i64
// CHECK-NEXT:         sdfg.yield %1 : i64
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.for [r0 = 0:5] {
// CHECK-NEXT:         sdfg.tasklet (%1 = %arg0[i0, r0], %2 = %0[i0], %3 = %out0[i0]) -> (%0[i0], %out0[i0]) {
// CHECK-NEXT:           %m = arith.maximumf %1, %2 : f32
// CHECK-NEXT:           %g = arith.cmpf ogt, %1, %2 : f32
// CHECK-NEXT:           %4 = sdfg.index r0
// CHECK-NEXT:           %5 = arith.index_cast %4 : index to i64
// CHECK-NEXT:           %w = arith.select %g, %5, %3 : i64
// CHECK-NEXT:           sdfg.yield %m, %w : f32, i64
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @argmax(%x: tensor<3x5xf32>) -> tensor<3xi64> {
  %low = arith.constant 0xff800000 : f32
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<3xf32>
  %n = tensor.empty() : tensor<3xi64>
  %v = linalg.fill ins(%low : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %i = linalg.fill ins(%zero : i64) outs(%n : tensor<3xi64>) -> tensor<3xi64>
  %r:2 = "linalg.generic"(%x, %v, %i) <{indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a)>], iterator_types = [#linalg.iterator_type<parallel>, #linalg.iterator_type<reduction>], operandSegmentSizes = array<i32: 1, 2>}> ({
    ^bb0(%p: f32, %q: f32, %k: i64):
      %d = linalg.index 1 : index
      %at = arith.index_cast %d : index to i64
      %m = arith.maximumf %p, %q : f32
      %g = arith.cmpf ogt, %p, %q : f32
      %w = arith.select %g, %at, %k : i64
      linalg.yield %m, %w : f32, i64
  }) : (tensor<3x5xf32>, tensor<3xf32>, tensor<3xi64>) -> (tensor<3xf32>, tensor<3xi64>)
  func.return %r#1 : tensor<3xi64>
}

// An init that is no fill is read where the reduction begins. Nothing is parallel: no outer map.
// CHECK-LABEL: sdfg.sdfg @all [n] (in "arg0" %arg0: !sdfg.array<[n, 5] x i32>, in "arg1" %arg1: !sdfg.array<[] x i32>, out "out0" %out0: !sdfg.array<[] x i32>) version 1 {
// CHECK-NEXT:   sdfg.state @reduce {
// CHECK-NEXT:     sdfg.tasklet (%0 = %arg1[]) -> (%out0[]) {
// CHECK-NEXT:       sdfg.yield %0 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [r0 = 0:n, r1 = 0:5] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %arg0[r0, r1]) -> (%out0[] wcr min) {
// CHECK-NEXT:         sdfg.yield %0 : i32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @all(%x: tensor<?x5xi32> {sdfg.shape = ["n", "5"]}, %start: tensor<i32>) -> tensor<i32> {
  %r = linalg.reduce ins(%x : tensor<?x5xi32>) outs(%start : tensor<i32>) dimensions = [0, 1]
    (%a: i32, %b: i32) {
      %c = arith.cmpi slt, %a, %b : i32
      %s = arith.select %c, %a, %b : i32
      linalg.yield %s : i32
    }
  func.return %r : tensor<i32>
}

// Float comparisons decide by order where there is NaN: a sequential loop, a state per step.
// CHECK-LABEL: sdfg.sdfg @ordered (in "arg0" %arg0: !sdfg.array<[5] x f32>, in "arg1" %arg1: !sdfg.array<[] x f32>, out "out0" %out0: !sdfg.array<[] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @init {
// CHECK-NEXT:     sdfg.tasklet (%0 = %arg1[]) -> (%out0[]) {
// CHECK-NEXT:       sdfg.yield %0 : f32
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.for [r0 = 0:5] {
// CHECK-NEXT:     sdfg.state @select {
// CHECK-NEXT:       sdfg.tasklet (%0 = %arg0[r0], %1 = %out0[]) -> (%out0[]) {
// CHECK-NEXT:         %c = arith.cmpf ogt, %0, %1 : f32
// CHECK-NEXT:         %s = arith.select %c, %0, %1 : f32
// CHECK-NEXT:         sdfg.yield %s : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @ordered(%x: tensor<5xf32>, %start: tensor<f32>) -> tensor<f32> {
  %r = linalg.generic {indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> ()>], iterator_types = ["reduction"]} ins(%x : tensor<5xf32>) outs(%start : tensor<f32>) {
    ^bb0(%p: f32, %q: f32):
      %c = arith.cmpf ogt, %p, %q : f32
      %s = arith.select %c, %p, %q : f32
      linalg.yield %s : f32
  } -> tensor<f32>
  func.return %r : tensor<f32>
}
