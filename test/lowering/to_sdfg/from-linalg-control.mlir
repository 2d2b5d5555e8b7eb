// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// Tensors that a loop carries live in containers; an insertion into one is in place.
// CHECK-LABEL: sdfg.sdfg @loop [n] (in "x" %x: !sdfg.array<[n, 4] x f32>, out "all" %all: !sdfg.array<[n, 4] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[4] x f32>
// CHECK-NEXT:   sdfg.state @fill {
// CHECK-NEXT:     sdfg.map [i0 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet () -> (%0[i0]) {
// CHECK-NEXT:         %1 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %1 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.for [t0 = 0:n] {
// CHECK-NEXT:     %1 = sdfg.view %x : !sdfg.array<[4] x f32, offset 4 * t0>
// CHECK-NEXT:     %2 = sdfg.alloc : !sdfg.array<[4] x f32>
// CHECK-NEXT:     sdfg.state @add {
// CHECK-NEXT:       sdfg.map [i0 = 0:4] {
// CHECK-NEXT:         sdfg.tasklet (%3 = %1[i0], %4 = %0[i0]) -> (%2[i0]) {
// CHECK-NEXT:           %5 = arith.addf %3, %4 : f32
// CHECK-NEXT:           sdfg.yield %5 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @insert_slice {
// CHECK-NEXT:       sdfg.copy %2[0:4] -> %all[t0, 0:4]
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %2[0:4] -> %0[0:4]
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @loop(%x: tensor<?x4xf32> {sdfg.name = "x", sdfg.shape = ["n", "4"]}) -> (tensor<?x4xf32> {sdfg.name = "all", sdfg.shape = ["n", "4"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %g = tensor.empty() : tensor<4xf32>
  %h = linalg.fill ins(%zero : f32) outs(%g : tensor<4xf32>) -> tensor<4xf32>
  %r:2 = "scf.for"(%c0, %n, %c1, %e, %h) ({
    ^bb0(%i: index, %all: tensor<?x4xf32>, %sum: tensor<4xf32>):
      %row = tensor.extract_slice %x[%i, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
      %s = linalg.add ins(%row, %sum : tensor<4xf32>, tensor<4xf32>) outs(%g : tensor<4xf32>) -> tensor<4xf32>
      %w = tensor.insert_slice %s into %all[%i, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<?x4xf32>
      scf.yield %w, %s : tensor<?x4xf32>, tensor<4xf32>
  }) : (index, index, index, tensor<?x4xf32>, tensor<4xf32>) -> (tensor<?x4xf32>, tensor<4xf32>)
  func.return %r#0 : tensor<?x4xf32>
}

// Tensors that change places go through a copy; integers are symbols.
// CHECK-LABEL: sdfg.sdfg @swap (in "x" %x: !sdfg.array<[3] x f32>, in "y" %y: !sdfg.array<[3] x f32>, out "a" %a: !sdfg.array<[3] x f32>, out "b" %b: !sdfg.array<[3] x f32>, out "c" %c: !sdfg.array<[] x i64>) version 1 {
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %x[0:3] -> %a[0:3]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %y[0:3] -> %b[0:3]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.assign n = 1
// CHECK-NEXT:   sdfg.for [t0 = 0:7] {
// CHECK-NEXT:     %0 = sdfg.alloc : !sdfg.array<[3] x f32>
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %b[0:3] -> %0[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     %1 = sdfg.alloc : !sdfg.array<[3] x f32>
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %a[0:3] -> %1[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %0[0:3] -> %a[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %1[0:3] -> %b[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.assign n_1 = 2 * n
// CHECK-NEXT:     sdfg.assign n = n_1
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @fill {
// CHECK-NEXT:     sdfg.tasklet () -> (%c[]) {
// CHECK-NEXT:       %2 = sdfg.index n
// CHECK-NEXT:       %3 = arith.index_cast %2 : index to i64
// CHECK-NEXT:       sdfg.yield %3 : i64
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @swap(%x: tensor<3xf32> {sdfg.name = "x"}, %y: tensor<3xf32> {sdfg.name = "y"}) -> (tensor<3xf32> {sdfg.name = "a"}, tensor<3xf32> {sdfg.name = "b"}, tensor<i64> {sdfg.name = "c"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c7 = arith.constant 7 : index
  %one = arith.constant 1 : i64
  %r:3 = "scf.for"(%c0, %c7, %c1, %x, %y, %one) ({
    ^bb0(%i: index, %a: tensor<3xf32>, %b: tensor<3xf32>, %k: i64):
      %l = arith.addi %k, %k : i64
      scf.yield %b, %a, %l : tensor<3xf32>, tensor<3xf32>, i64
  }) : (index, index, index, tensor<3xf32>, tensor<3xf32>, i64) -> (tensor<3xf32>, tensor<3xf32>, i64)
  %c = tensor.from_elements %r#2 : tensor<i64>
  func.return %r#0, %r#1, %c : tensor<3xf32>, tensor<3xf32>, tensor<i64>
}

// CHECK-LABEL: sdfg.sdfg @branch [n] (in "x" %x: !sdfg.array<[n] x f32>, in "y" %y: !sdfg.array<[n] x f32>, out "r" %r: !sdfg.array<[n] x f32>) version 1 {
// CHECK-NEXT:   sdfg.if n < 4 {
// CHECK-NEXT:     %0 = sdfg.alloc : !sdfg.array<[n] x f32>
// CHECK-NEXT:     sdfg.state @add {
// CHECK-NEXT:       sdfg.map [i0 = 0:n] {
// CHECK-NEXT:         sdfg.tasklet (%1 = %x[i0], %2 = %y[i0]) -> (%0[i0]) {
// CHECK-NEXT:           %3 = arith.addf %1, %2 : f32
// CHECK-NEXT:           sdfg.yield %3 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %0[0:n] -> %r[0:n]
// CHECK-NEXT:     }
// CHECK-NEXT:   } else {
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %x[0:n] -> %r[0:n]
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @branch(%x: tensor<?xf32> {sdfg.name = "x", sdfg.shape = ["n"]}, %y: tensor<?xf32> {sdfg.name = "y", sdfg.shape = ["n"]}) -> (tensor<?xf32> {sdfg.name = "r", sdfg.shape = ["n"]}) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %c = arith.cmpi slt, %n, %c4 : index
  %r = "scf.if"(%c) ({
      %e = tensor.empty(%n) : tensor<?xf32>
      %s = linalg.add ins(%x, %y : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
      scf.yield %s : tensor<?xf32>
  }, {
      scf.yield %x : tensor<?xf32>
  }) : (i1) -> tensor<?xf32>
  func.return %r : tensor<?xf32>
}

// What decides stands in front of the loop and at its end.
// CHECK-LABEL: sdfg.sdfg @repeat (in "x" %x: !sdfg.array<[3] x f32>, out "r" %r: !sdfg.array<[3] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[3] x f32>
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %x[0:3] -> %0[0:3]
// CHECK-NEXT:   }
// CHECK-NEXT:   %1 = sdfg.view %0 : !sdfg.array<[] x f32>
// CHECK-NEXT:   %2 = sdfg.alloc : !sdfg.array<[] x i1>
// CHECK-NEXT:   sdfg.state @cmpf {
// CHECK-NEXT:     sdfg.tasklet (%3 = %1[]) -> (%2[]) {
// CHECK-NEXT:       %4 = arith.constant 1.000000e+02 : f32
// CHECK-NEXT:       %c = arith.cmpf olt, %3, %4 : f32
// CHECK-NEXT:       sdfg.yield %c : i1
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %0[0:3] -> %r[0:3]
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.read_symbol again = %2[]
// CHECK-NEXT:   sdfg.while again ne 0 {
// CHECK-NEXT:     %3 = sdfg.alloc : !sdfg.array<[3] x f32>
// CHECK-NEXT:     sdfg.state @add {
// CHECK-NEXT:       sdfg.map [i0 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%4 = %r[i0]) -> (%3[i0]) {
// CHECK-NEXT:           %5 = arith.addf %4, %4 : f32
// CHECK-NEXT:           sdfg.yield %5 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %3[0:3] -> %0[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     %4 = sdfg.view %0 : !sdfg.array<[] x f32>
// CHECK-NEXT:     %5 = sdfg.alloc : !sdfg.array<[] x i1>
// CHECK-NEXT:     sdfg.state @cmpf {
// CHECK-NEXT:       sdfg.tasklet (%6 = %4[]) -> (%5[]) {
// CHECK-NEXT:         %7 = arith.constant 1.000000e+02 : f32
// CHECK-NEXT:         %c = arith.cmpf olt, %6, %7 : f32
// CHECK-NEXT:         sdfg.yield %c : i1
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.state @copy {
// CHECK-NEXT:       sdfg.copy %0[0:3] -> %r[0:3]
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.read_symbol again = %5[]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @repeat(%x: tensor<3xf32> {sdfg.name = "x"}) -> (tensor<3xf32> {sdfg.name = "r"}) {
  %c0 = arith.constant 0 : index
  %high = arith.constant 100.0 : f32
  %e = tensor.empty() : tensor<3xf32>
  %r = "scf.while"(%x) ({
    ^bb0(%a: tensor<3xf32>):
      %v = tensor.extract %a[%c0] : tensor<3xf32>
      %c = arith.cmpf olt, %v, %high : f32
      scf.condition(%c) %a : tensor<3xf32>
  }, {
    ^bb1(%b: tensor<3xf32>):
      %s = linalg.add ins(%b, %b : tensor<3xf32>, tensor<3xf32>) outs(%e : tensor<3xf32>) -> tensor<3xf32>
      scf.yield %s : tensor<3xf32>
  }) : (tensor<3xf32>) -> tensor<3xf32>
  func.return %r : tensor<3xf32>
}
