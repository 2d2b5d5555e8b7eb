// RUN: sdfg-opt %s --sdfg-from-linalg | filecheck %s

// Data decides the size of the result: it is reported, then held to the caller's guess.
// CHECK: sdfg.sdfg @data [size] (in "arg0" %{{.*}}, in "arg1" %{{.*}}, out "out0" %[[y:.*]]: !sdfg.array<[size] x f32>, out "sizes" %[[sizes:.*]]: !sdfg.array<[1] x i64>)
// CHECK-SAME: late_symbols = ["size"]
// CHECK: sdfg.read_symbol
// CHECK: -> (%[[sizes]][0])
// CHECK: sdfg.assert {{.*}} "sizes of result 0 must agree
// CHECK: -> %[[y]]
func.func @data(%k: tensor<i64>, %x: tensor<9xf32>) -> tensor<?xf32> {
  %v = tensor.extract %k[] : tensor<i64>
  %n = arith.index_cast %v : i64 to index
  %r = tensor.extract_slice %x[0] [%n] [1] : tensor<9xf32> to tensor<?xf32> loc("nonzero")
  func.return %r : tensor<?xf32>
}
