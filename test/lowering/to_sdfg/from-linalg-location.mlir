// RUN: sdfg-opt %s -p sdfg-from-linalg --print-debuginfo | filecheck %s

// Every operation carries the place of what it was made from; states and containers its name.
// CHECK-LABEL: sdfg.sdfg @main (in "arg0" %arg0: !sdfg.array<[4] x f32> loc("x"), out "out0" %out0: !sdfg.array<[4] x f32> loc(unknown)) version 1 {
// CHECK-NEXT:   %layers_0_act = sdfg.alloc "layers/0.act" : !sdfg.array<[4] x f32> loc("layers/0.act"("model.py":7:2))
// CHECK-NEXT:   sdfg.state @layers_0_act_exp {
// CHECK-NEXT:     sdfg.map [i0 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 loc(unknown) = %arg0[i0]) -> (%layers_0_act[i0]) {
// CHECK-NEXT:         %s = math.exp %0 : f32 loc("body.py":3:1)
// CHECK-NEXT:         sdfg.yield %s : f32 loc("layers/0.act"("model.py":7:2))
// CHECK-NEXT:       } loc("layers/0.act"("model.py":7:2))
// CHECK-NEXT:     } loc("layers/0.act"("model.py":7:2))
// CHECK-NEXT:   } loc("layers/0.act"("model.py":7:2))
// CHECK-NEXT:   sdfg.state @add_add {
// CHECK-NEXT:     sdfg.map [i0 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 loc(unknown) = %layers_0_act[i0], %1 loc(unknown) = %arg0[i0]) -> (%out0[i0]) {
// CHECK-NEXT:         %2 = arith.addf %0, %1 : f32 loc("/add")
// CHECK-NEXT:         sdfg.yield %2 : f32 loc("/add")
// CHECK-NEXT:       } loc("/add")
// CHECK-NEXT:     } loc("/add")
// CHECK-NEXT:   } loc("/add")
// CHECK-NEXT: } loc(unknown)
func.func @main(%x: tensor<4xf32> loc("x")) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
    ^bb0(%p: f32, %o: f32):
      %s = math.exp %p : f32 loc("body.py":3:1)
      linalg.yield %s : f32
  } -> tensor<4xf32> loc("layers/0.act"("model.py":7:2))
  %t = linalg.add ins(%r, %x : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32> loc("/add")
  func.return %t : tensor<4xf32>
}
