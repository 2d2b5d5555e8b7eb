// RUN: sdfg-opt %s -p 'sdfg-winograd-convolutions{outputs=2 least-channels=1 least-gain=0.1}' --print-debuginfo | filecheck %s

// All that a convolution becomes has its place.
// CHECK:     {{%.*}} = sdfg.alloc : !sdfg.array<[4, 3, 5] x f32> loc("conv1")
// CHECK:     arith.subf {{.*}} loc("conv1")
// CHECK:     sdfg.matmul {{.*}} loc("conv1")
// CHECK:     sdfg.map [i0 = 0:1, i1 = 0:5, i2 = 0:2] {
// CHECK-NEXT:  sdfg.tasklet
// CHECK-NEXT:    sdfg.yield {{.*}} loc("conv1")
// CHECK-NEXT:  } loc("conv1")
// CHECK-NEXT: } loc("conv1")
sdfg.sdfg @main (in "x" %x: !sdfg.array<[1, 3, 4] x f32>, out "y" %y: !sdfg.array<[1, 5, 2] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[5, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1>, groups = 1 : i64, strides = array<i64: 1>} loc("conv1")
  }
}
