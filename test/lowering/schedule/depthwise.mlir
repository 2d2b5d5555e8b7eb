// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector-bytes=64 vector-registers=32},sdfg-apply-recipes' --check-passes | filecheck %s

// A depthwise convolution of 64 channels that lie side by side: places of the image share the vectors
// of the filter, which stays in registers meanwhile.
// CHECK: sdfg.map [block = 0:2, o0 = 0:6, band = 0:2] attributes {recipe = "contraction", knobs = {vectors = 2 : i64, rows = 14 : i64
// CHECK:   %acc = sdfg.alloc "acc" : !sdfg.array<[14, 2] x vector<16xf32>, register>
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8, 30, 64] x f32>, in "w" %w: !sdfg.array<[3, 3, 64] x f32>, out "y" %y: !sdfg.array<[6, 28, 64] x f32>) {
  sdfg.state @s {
    sdfg.map [c = 0:64, i = 0:6, j = 0:28] {
      sdfg.tasklet () -> (%y[i, j, c]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:3, s = 0:3] {
        sdfg.tasklet (%a = %x[i + r, j + s, c], %b = %w[r, s, c]) -> (%y[i, j, c] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
