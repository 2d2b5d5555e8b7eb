// RUN: sdfg-opt %s -p sdfg-permute-layouts --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-permute-layouts{least=64}' | filecheck %s --check-prefix=LEAST
// RUN: not sdfg-opt %s -p 'sdfg-permute-layouts{least=0}' 2>&1 | filecheck %s --check-prefix=OPTION

// OPTION: sdfg-permute-layouts: least is at least 1, got 0

// No container has 64 channels.
// LEAST:      "image" : !sdfg.array<[1, 8, 6, 6] x f32>
// LEAST:      "result" : !sdfg.array<[1, 16, 4, 4] x f32>
// LEAST:      sdfg.copy

// The image and the result of a convolution, and what pooling makes of the result. The copy that pads the image reads an
// argument, whose layout is given: a map. The 4 channels of `few` stay where they are, as does the output.
// CHECK:      %image = sdfg.alloc "image" : !sdfg.array<[1, 6, 6, 8] x f32>
// CHECK:      %result = sdfg.alloc "result" : !sdfg.array<[1, 4, 4, 16] x f32>
// CHECK:      %pooled = sdfg.alloc "pooled" : !sdfg.array<[1, 2, 2, 16] x f32>
// CHECK:      %few = sdfg.alloc "few" : !sdfg.array<[1, 4, 2, 2] x f32>
sdfg.sdfg @main (in "x" %x: !sdfg.array<[1, 8, 6, 6] x f32>, in "w" %w: !sdfg.array<[16, 8, 3, 3] x f32>, in "v" %v: !sdfg.array<[4, 16, 1, 1] x f32>, out "y" %y: !sdfg.array<[1, 4, 2, 2] x f32>) {
  %image = sdfg.alloc "image" : !sdfg.array<[1, 8, 6, 6] x f32>
  %result = sdfg.alloc "result" : !sdfg.array<[1, 16, 4, 4] x f32>
  %pooled = sdfg.alloc "pooled" : !sdfg.array<[1, 16, 2, 2] x f32>
  %few = sdfg.alloc "few" : !sdfg.array<[1, 4, 2, 2] x f32>

  // CHECK:      sdfg.map [i0 = 0:8, i1 = 0:6, i2 = 0:6] {
  // CHECK-NEXT:   sdfg.tasklet (%[[V:.*]] loc({{.*}}) = %x[0, i0, i1, i2]) -> (%image[0, i1, i2, i0]) {
  // CHECK-NEXT:     sdfg.yield %[[V]] : f32 loc("model.py":1:1)
  // CHECK-NEXT:   } loc("model.py":1:1)
  // CHECK-NEXT: } loc("model.py":1:1)
  sdfg.state @pad {
    sdfg.copy %x[0, 0:8, 0:6, 0:6] -> %image[0, 0:8, 0:6, 0:6] loc("model.py":1:1)
  }
  // CHECK:      sdfg.map [oc = 0:16, h = 0:4, u = 0:4] {
  // CHECK:          -> (%result[0, h, u, oc]) {
  // CHECK:          = %image[0, h + kh, kw + u, ic], %b loc({{.*}}) = %w[oc, ic, kh, kw]) -> (%result[0, h, u, oc] wcr sum) {
  // CHECK:      } loc("model.py":2:1)
  sdfg.state @conv {
    sdfg.map [oc = 0:16, h = 0:4, u = 0:4] {
      sdfg.tasklet () -> (%result[0, oc, h, u]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [ic = 0:8, kh = 0:3, kw = 0:3] {
        sdfg.tasklet (%a = %image[0, ic, h + kh, u + kw], %b = %w[oc, ic, kh, kw]) -> (%result[0, oc, h, u] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":2:1)
  }
  // CHECK:      -> (%pooled[0, h, u, c]) {
  // CHECK:      = %result[0, 2 * h + kh, 2 * u + kw, c]) -> (%pooled[0, h, u, c] wcr max) {
  sdfg.state @pool {
    sdfg.map [c = 0:16, h = 0:2, u = 0:2] {
      sdfg.tasklet () -> (%pooled[0, c, h, u]) {
        %0 = arith.constant 0xFF800000 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [kh = 0:2, kw = 0:2] {
        sdfg.tasklet (%a = %result[0, c, 2 * h + kh, 2 * u + kw]) -> (%pooled[0, c, h, u] wcr max) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }
  // CHECK:      = %pooled[0, h, u, ic], %b loc({{.*}}) = %v[oc, ic, 0, 0]) -> (%few[0, oc, h, u] wcr sum) {
  sdfg.state @narrow {
    sdfg.map [oc = 0:4, h = 0:2, u = 0:2] {
      sdfg.tasklet () -> (%few[0, oc, h, u]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [ic = 0:16] {
        sdfg.tasklet (%a = %pooled[0, ic, h, u], %b = %v[oc, ic, 0, 0]) -> (%few[0, oc, h, u] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":4:1)
  }
  // CHECK:      sdfg.copy %few[0, 0:4, 0:2, 0:2] -> %y[0, 0:4, 0:2, 0:2]
  sdfg.state @out {
    sdfg.copy %few[0, 0:4, 0:2, 0:2] -> %y[0, 0:4, 0:2, 0:2]
  }
}
