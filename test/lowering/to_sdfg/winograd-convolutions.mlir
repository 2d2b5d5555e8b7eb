// RUN: sdfg-opt %s -p 'sdfg-winograd-convolutions{outputs=2 least-channels=1 least-gain=0.1}' | filecheck %s

// F(2, 3) in one dimension: 4 products for 2 results. Nine results are four tiles and a half, so that
// the image gets a zero behind its end.
// CHECK-LABEL: sdfg.sdfg @conv (in "x" %x: !sdfg.array<[1, 3, 11] x f32>, out "y" %y: !sdfg.array<[1, 5, 9] x f32>) version 1 {
// CHECK-NEXT:    %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[5, 3, 3] x f32>
// CHECK-NEXT:    %0 = sdfg.alloc : !sdfg.array<[4, 3, 5] x f32>
// CHECK-NEXT:    %1 = sdfg.alloc : !sdfg.array<[4, 5, 3] x f32>
// CHECK-NEXT:    %2 = sdfg.alloc : !sdfg.array<[4, 5, 5] x f32>
// CHECK-NEXT:    %3 = sdfg.alloc : !sdfg.array<[1, 10, 5] x f32>
// CHECK-NEXT:    %4 = sdfg.alloc : !sdfg.array<[1, 12, 3] x f32>
// CHECK-NEXT:    sdfg.state @s {
// CHECK-NEXT:      sdfg.map [i0 = 0:3, i1 = 0:5] {
// CHECK-NEXT:        sdfg.tasklet (%5 = %w[i1, i0, 0], %6 = %w[i1, i0, 1], %7 = %w[i1, i0, 2]) -> (%0[0, i0, i1], %0[1, i0, i1], %0[2, i0, i1], %0[3, i0, i1]) {
// CHECK-NEXT:          %8 = arith.extf %5 : f32 to f64
// CHECK-NEXT:          %9 = arith.extf %6 : f32 to f64
// CHECK-NEXT:          %10 = arith.extf %7 : f32 to f64
// CHECK-NEXT:          %11 = arith.negf %8 : f64
// CHECK-NEXT:          %12 = arith.constant 5.000000e-01 : f64
// CHECK-NEXT:          %13 = arith.mulf %8, %12 : f64
// CHECK-NEXT:          %14 = math.fma %10, %12, %13 : f64
// CHECK-NEXT:          %15 = arith.mulf %9, %12 : f64
// CHECK-NEXT:          %16 = arith.addf %14, %15 : f64
// CHECK-NEXT:          %17 = arith.subf %14, %15 : f64
// CHECK-NEXT:          %18 = arith.truncf %11 : f64 to f32
// CHECK-NEXT:          %19 = arith.truncf %16 : f64 to f32
// CHECK-NEXT:          %20 = arith.truncf %17 : f64 to f32
// CHECK-NEXT:          %21 = arith.truncf %10 : f64 to f32
// CHECK-NEXT:          sdfg.yield %18, %19, %20, %21 : f32, f32, f32, f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:      sdfg.map [i0 = 0:1, i1 = 11:12, i2 = 0:3] {
// CHECK-NEXT:        sdfg.tasklet () -> (%4[i0, i1, i2]) {
// CHECK-NEXT:          %5 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:          sdfg.yield %5 : f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:      sdfg.map [i0 = 0:1, i1 = 0:11, i2 = 0:3] {
// CHECK-NEXT:        sdfg.tasklet (%5 = %x[i0, i2, i1]) -> (%4[i0, i1, i2]) {
// CHECK-NEXT:          sdfg.yield %5 : f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:      sdfg.map [i0 = 0:1, i1 = 0:5, i2 = 0:3] {
// CHECK-NEXT:        sdfg.tasklet (%5 = %4[i0, 2 * i1, i2], %6 = %4[i0, 2 * i1 + 1, i2], %7 = %4[i0, 2 * i1 + 2, i2], %8 = %4[i0, 2 * i1 + 3, i2]) -> (%1[0, 5 * i0 + i1, i2], %1[1, 5 * i0 + i1, i2], %1[2, 5 * i0 + i1, i2], %1[3, 5 * i0 + i1, i2]) {
// CHECK-NEXT:          %9 = arith.subf %7, %5 : f32
// CHECK-NEXT:          %10 = arith.addf %6, %7 : f32
// CHECK-NEXT:          %11 = arith.subf %7, %6 : f32
// CHECK-NEXT:          %12 = arith.subf %8, %6 : f32
// CHECK-NEXT:          sdfg.yield %9, %10, %11, %12 : f32, f32, f32, f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:      sdfg.matmul (%1, %0) -> (%2)
// CHECK-NEXT:      sdfg.map [i0 = 0:1, i1 = 0:5, i2 = 0:5] {
// CHECK-NEXT:        sdfg.tasklet (%5 = %2[0, 5 * i0 + i1, i2], %6 = %2[1, 5 * i0 + i1, i2], %7 = %2[2, 5 * i0 + i1, i2], %8 = %2[3, 5 * i0 + i1, i2]) -> (%3[i0, 2 * i1, i2], %3[i0, 2 * i1 + 1, i2]) {
// CHECK-NEXT:          %9 = arith.addf %5, %6 : f32
// CHECK-NEXT:          %10 = arith.addf %9, %7 : f32
// CHECK-NEXT:          %11 = arith.addf %6, %8 : f32
// CHECK-NEXT:          %12 = arith.subf %11, %7 : f32
// CHECK-NEXT:          sdfg.yield %10, %12 : f32, f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:      sdfg.map [i0 = 0:1, i1 = 0:5, i2 = 0:9] {
// CHECK-NEXT:        sdfg.tasklet (%5 = %3[i0, i2, i1]) -> (%y[i0, i1, i2]) {
// CHECK-NEXT:          sdfg.yield %5 : f32
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:    }
// CHECK-NEXT:  }
sdfg.sdfg @conv (in "x" %x: !sdfg.array<[1, 3, 11] x f32>, out "y" %y: !sdfg.array<[1, 5, 9] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[5, 3, 3] x f32>
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {dilations = array<i64: 1>, groups = 1 : i64, strides = array<i64: 1>}
  }
}

// What the convolution is added to comes last, with the location of the convolution.
// CHECK-LABEL: sdfg.sdfg @bias
// CHECK-NOT:     sdfg.copy
// CHECK:         sdfg.matmul
// CHECK:         sdfg.map [i0 = 0:2, i1 = 0:5, i2 = 0:2] {
// CHECK-NEXT:      sdfg.tasklet ([[Y:%.*]] = {{%.*}}[i0, i2, i1], [[B:%.*]] = %b[i0, i1, i2]) -> (%y[i0, i1, i2]) {
// CHECK-NEXT:        arith.addf [[Y]], [[B]] : f32
sdfg.sdfg @bias (in "x" %x: !sdfg.array<[2, 3, 4] x f32>, in "b" %b: !sdfg.array<[2, 5, 2] x f32>, out "y" %y: !sdfg.array<[2, 5, 2] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[5, 3, 3] x f32>
  sdfg.state @s {
    sdfg.copy %b[0:2, 0:5, 0:2] -> %y[0:2, 0:5, 0:2]
    sdfg.conv (%x, %w) -> (%y) {accumulate, dilations = array<i64: 1>, groups = 1 : i64, strides = array<i64: 1>} loc("conv1")
  }
}
