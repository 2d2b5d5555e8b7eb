// RUN: sdfg-opt %s --sdfg-from-linalg | filecheck %s

// What callers take for other types than the IR stores: one element in each byte. Names need quotes.
// CHECK: sdfg.sdfg @main (in "x:0" %{{.*}}: !sdfg.array<[4] x i8>, in "s" %{{.*}}: !sdfg.array<[4] x i8>,
// CHECK-SAME: out "y" %{{.*}}: !sdfg.array<[4] x i8>)
// CHECK-SAME: element_types = {y = "uint8", "x:0" = "float8_e4m3fn"}
func.func @main(%x: tensor<4xi8> {sdfg.name = "x:0", sdfg.element = "float8_e4m3fn"}, %s: tensor<4xi8> {sdfg.name = "s"}) -> (tensor<4xi8> {sdfg.name = "y", sdfg.element = "uint8"}) {
  %empty = tensor.empty() : tensor<4xi8>
  %y = linalg.add ins(%x, %s : tensor<4xi8>, tensor<4xi8>) outs(%empty : tensor<4xi8>) -> tensor<4xi8>
  func.return %y : tensor<4xi8>
}
