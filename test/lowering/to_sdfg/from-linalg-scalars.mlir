// RUN: sdfg-opt %s -p sdfg-from-linalg | filecheck %s

// Sizes stay expressions: comparisons that follow from sizes not being negative are decided.
// CHECK-LABEL: sdfg.sdfg @sizes [n] (in "x" %x: !sdfg.array<[n] x f32>, out "y" %y: !sdfg.array<[n] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @copy {
// CHECK-NEXT:     sdfg.copy %x[0:n] -> %y[0:n]
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @sizes(%x: tensor<?xf32> {sdfg.name = "x", sdfg.shape = ["n"]}) -> (tensor<?xf32> {sdfg.name = "y", sdfg.shape = ["n"]}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %negative = arith.cmpi slt, %n, %c0 : index
  %more = arith.addi %n, %c1 : index
  %size = arith.select %negative, %more, %n : index
  %start = arith.minsi %n, %c0 : index
  %r = tensor.extract_slice %x[%start] [%size] [1] : tensor<?xf32> to tensor<?xf32>
  func.return %r : tensor<?xf32>
}

// What is not decided is checked when the program runs.
// CHECK-LABEL: sdfg.sdfg @checked [n, m] (in "x" %x: !sdfg.array<[n] x f32>, in "y" %y: !sdfg.array<[m] x f32>, out "r" %r: !sdfg.array<[n] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[] x i1>
// CHECK-NEXT:   sdfg.state @assert {
// CHECK-NEXT:     sdfg.tasklet () -> (%0[]) {
// CHECK-NEXT:       %1 = sdfg.index n
// CHECK-NEXT:       %2 = arith.constant 4 : index
// CHECK-NEXT:       %3 = arith.cmpi sge, %1, %2 : index
// CHECK-NEXT:       sdfg.assert %3, "too short"
// CHECK-NEXT:       sdfg.yield %3 : i1
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   %1 = sdfg.alloc : !sdfg.array<[] x i1>
// CHECK-NEXT:   sdfg.state @assert {
// CHECK-NEXT:     sdfg.tasklet () -> (%1[]) {
// CHECK-NEXT:       %2 = sdfg.index n
// CHECK-NEXT:       %3 = sdfg.index m
// CHECK-NEXT:       %4 = arith.cmpi eq, %2, %3 : index
// CHECK-NEXT:       sdfg.assert %4, "sizes of operands must agree: n and m"
// CHECK-NEXT:       sdfg.yield %4 : i1
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.state @add {
// CHECK-NEXT:     sdfg.map [i0 = 0:n] {
// CHECK-NEXT:       sdfg.tasklet (%2 = %x[i0], %3 = %y[i0]) -> (%r[i0]) {
// CHECK-NEXT:         %4 = arith.addf %2, %3 : f32
// CHECK-NEXT:         sdfg.yield %4 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @checked(%x: tensor<?xf32> {sdfg.name = "x", sdfg.shape = ["n"]}, %y: tensor<?xf32> {sdfg.name = "y", sdfg.shape = ["m"]}) -> (tensor<?xf32> {sdfg.name = "r", sdfg.shape = ["n"]}) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %enough = arith.cmpi sge, %n, %c4 : index
  cf.assert %enough, "too short"
  cf.assert %enough, "too short"
  %e = tensor.empty(%n) : tensor<?xf32>
  %r = linalg.add ins(%x, %y : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  func.return %r : tensor<?xf32>
}

// Data that decides a size is read into a symbol; other numbers are computed in tasklets.
// CHECK-LABEL: sdfg.sdfg @data (in "k" %k: !sdfg.array<[2] x i64>, in "x" %x: !sdfg.array<[9] x f32>, out "r" %r: !sdfg.array<[] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.view %k : !sdfg.array<[] x i64, offset 1>
// CHECK-NEXT:   %1 = sdfg.alloc : !sdfg.array<[] x i64>
// CHECK-NEXT:   sdfg.state @addi {
// CHECK-NEXT:     sdfg.tasklet (%2 = %0[]) -> (%1[]) {
// CHECK-NEXT:       %double = arith.addi %2, %2 : i64
// CHECK-NEXT:       sdfg.yield %double : i64
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   %2 = sdfg.alloc : !sdfg.array<[] x index>
// CHECK-NEXT:   sdfg.state @index_cast {
// CHECK-NEXT:     sdfg.tasklet (%3 = %1[]) -> (%2[]) {
// CHECK-NEXT:       %n = arith.index_cast %3 : i64 to index
// CHECK-NEXT:       sdfg.yield %n : index
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.read_symbol n = %2[]
// CHECK-NEXT:   %3 = sdfg.view %x : !sdfg.array<[n] x f32>
// CHECK-NEXT:   sdfg.state @reduce {
// CHECK-NEXT:     sdfg.tasklet () -> (%r[]) {
// CHECK-NEXT:       %4 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:       sdfg.yield %4 : f32
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [r0 = 0:n] {
// CHECK-NEXT:       sdfg.tasklet (%4 = %3[r0]) -> (%r[] wcr sum) {
// CHECK-NEXT:         sdfg.yield %4 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @data(%k: tensor<2xi64> {sdfg.name = "k"}, %x: tensor<9xf32> {sdfg.name = "x"}) -> (tensor<f32> {sdfg.name = "r"}) {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %v = tensor.extract %k[%c1] : tensor<2xi64>
  %double = arith.addi %v, %v : i64
  %n = arith.index_cast %double : i64 to index
  %s = tensor.extract_slice %x[0] [%n] [1] : tensor<9xf32> to tensor<?xf32>
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %r = linalg.reduce ins(%s : tensor<?xf32>) outs(%f : tensor<f32>) dimensions = [0]
    (%a: f32, %b: f32) {
      %t = arith.addf %a, %b : f32
      linalg.yield %t : f32
    }
  func.return %r : tensor<f32>
}

// A load at an index that is data takes the whole container, after a check of the index.
// CHECK-LABEL: sdfg.sdfg @gather [n] (in "t" %t: !sdfg.array<[9, 4] x f32>, in "k" %k: !sdfg.array<[n] x i64>, out "r" %r: !sdfg.array<[n, 4] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @extract {
// CHECK-NEXT:     sdfg.map [i0 = 0:n, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %k[i0], %1: !sdfg.array<[9, 4] x f32> = %t[0:9, 0:4] volume 1) -> (%r[i0, i1]) {
// CHECK-NEXT:         %2 = arith.constant 0 : i64
// CHECK-NEXT:         %g = arith.cmpi sge, %0, %2 : i64
// CHECK-NEXT:         sdfg.assert %g, "index must not be negative"
// CHECK-NEXT:         %i = arith.index_cast %0 : i64 to index
// CHECK-NEXT:         %3 = arith.constant 9 : index
// CHECK-NEXT:         %4 = arith.cmpi ult, %i, %3 : index
// CHECK-NEXT:         sdfg.assert %4, "index out of bounds"
// CHECK-NEXT:         %5 = sdfg.index i1
// CHECK-NEXT:         %6 = sdfg.load %1[%i, %5] : !sdfg.array<[9, 4] x f32> -> f32
// CHECK-NEXT:         sdfg.yield %6 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
func.func @gather(%t: tensor<9x4xf32> {sdfg.name = "t"}, %k: tensor<?xi64> {sdfg.name = "k", sdfg.shape = ["n"]}) -> (tensor<?x4xf32> {sdfg.name = "r", sdfg.shape = ["n", "4"]}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i64
  %n = tensor.dim %k, %c0 : tensor<?xi64>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]} ins(%k : tensor<?xi64>) outs(%e : tensor<?x4xf32>) {
    ^bb0(%p: i64, %q: f32):
      %g = arith.cmpi sge, %p, %zero : i64
      cf.assert %g, "index must not be negative"
      %i = arith.index_cast %p : i64 to index
      %j = linalg.index 1 : index
      %v = tensor.extract %t[%i, %j] : tensor<9x4xf32>
      linalg.yield %v : f32
  } -> tensor<?x4xf32>
  func.return %r : tensor<?x4xf32>
}
