// RUN: sdfg-opt %s -p sdfg-expand-library | filecheck %s

// One nest: the first tasklet begins the sum, the inner map adds to it in any order.
// CHECK-LABEL: sdfg.sdfg @matmul [N, M, K] (in "a" %a: !sdfg.array<[N, K] x f32>, in "b" %b: !sdfg.array<[K, M] x f32>, out "c" %c: !sdfg.array<[N, M] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:M] {
// CHECK-NEXT:       sdfg.tasklet () -> (%c[i0, i1]) {
// CHECK-NEXT:         %0 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:K] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %a[i0, r0], %1 = %b[r0, i1]) -> (%c[i0, i1] wcr sum) {
// CHECK-NEXT:           %2 = arith.mulf %0, %1 : f32
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @matmul [N, M, K] (in "a" %a: !sdfg.array<[N, K] x f32>, in "b" %b: !sdfg.array<[K, M] x f32>, out "c" %c: !sdfg.array<[N, M] x f32>) {
  sdfg.state @s {
    sdfg.matmul (%a, %b) -> (%c)
  }
}

// Narrow operands are widened. With nothing known about C, the nest adds to what is there.
// CHECK-LABEL: sdfg.sdfg @accumulate (in "a" %a: !sdfg.array<[2, 3] x i8>, in "b" %b: !sdfg.array<[3, 4] x i8>, inout "c" %c: !sdfg.array<[2, 4] x i32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:2, i1 = 0:4] {
// CHECK-NEXT:       sdfg.map [r0 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %a[i0, r0], %1 = %b[r0, i1]) -> (%c[i0, i1] wcr sum) {
// CHECK-NEXT:           %2 = arith.extsi %0 : i8 to i32
// CHECK-NEXT:           %3 = arith.extsi %1 : i8 to i32
// CHECK-NEXT:           %4 = arith.muli %2, %3 : i32
// CHECK-NEXT:           sdfg.yield %4 : i32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @accumulate (in "a" %a: !sdfg.array<[2, 3] x i8>, in "b" %b: !sdfg.array<[3, 4] x i8>, inout "c" %c: !sdfg.array<[2, 4] x i32>) {
  sdfg.state @s {
    sdfg.matmul (%a, %b) -> (%c) {accumulate}
  }
}

// A copy in front, of a bias for example, becomes the beginning of the nest. Parameters avoid
// symbols of the program and of the maps around.
// CHECK-LABEL: sdfg.sdfg @bias [i0] (in "a" %a: !sdfg.array<[i0, 3] x f32>, in "b" %b: !sdfg.array<[3, 4] x f32>, in "d" %d: !sdfg.array<[4] x f32>, out "c" %c: !sdfg.array<[i0, 4] x f32>) version 1 {
// CHECK-NEXT:   %v = sdfg.view %d : !sdfg.array<[i0, 4] x f32, strides [0, 1]>
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0_1 = 0:i0, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %v[i0_1, i1]) -> (%c[i0_1, i1]) {
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %a[i0_1, r0], %1 = %b[r0, i1]) -> (%c[i0_1, i1] wcr sum) {
// CHECK-NEXT:           %2 = arith.mulf %0, %1 : f32
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @bias [i0] (in "a" %a: !sdfg.array<[i0, 3] x f32>, in "b" %b: !sdfg.array<[3, 4] x f32>, in "d" %d: !sdfg.array<[4] x f32>, out "c" %c: !sdfg.array<[i0, 4] x f32>) {
  %v = sdfg.view %d : !sdfg.array<[i0, 4] x f32, strides [0, 1]>
  sdfg.state @s {
    sdfg.copy %v[0:i0, 0:4] -> %c[0:i0, 0:4]
    sdfg.matmul (%a, %b) -> (%c) {accumulate}
  }
}

// Convolution: images, channels out, outputs; then channels in and the window.
// CHECK-LABEL: sdfg.sdfg @conv [N] (in "x" %x: !sdfg.array<[N, 3, 9, 9] x f32>, in "w" %w: !sdfg.array<[4, 3, 3, 3] x f32>, out "y" %y: !sdfg.array<[N, 4, 3, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:4, i2 = 0:3, i3 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1, i2, i3]) {
// CHECK-NEXT:         %0 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:3, r1 = 0:3, r2 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %x[i0, r0, 2 * i2 + 2 * r1, i3 + r2], %1 = %w[i1, r0, r1, r2]) -> (%y[i0, i1, i2, i3] wcr sum) {
// CHECK-NEXT:           %2 = arith.mulf %0, %1 : f32
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @conv [N] (in "x" %x: !sdfg.array<[N, 3, 9, 9] x f32>, in "w" %w: !sdfg.array<[4, 3, 3, 3] x f32>, out "y" %y: !sdfg.array<[N, 4, 3, 7] x f32>) {
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {strides = array<i64: 2, 1>, dilations = array<i64: 2, 1>, groups = 1 : i64}
  }
}

// Each channel by itself: no loop over channels in.
// CHECK-LABEL: sdfg.sdfg @depthwise (in "x" %x: !sdfg.array<[1, 4, 9] x f32>, in "w" %w: !sdfg.array<[4, 1, 3] x f32>, out "y" %y: !sdfg.array<[1, 4, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:1, i1 = 0:4, i2 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1, i2]) {
// CHECK-NEXT:         %0 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %x[i0, i1, i2 + r0], %1 = %w[i1, 0, r0]) -> (%y[i0, i1, i2] wcr sum) {
// CHECK-NEXT:           %2 = arith.mulf %0, %1 : f32
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @depthwise (in "x" %x: !sdfg.array<[1, 4, 9] x f32>, in "w" %w: !sdfg.array<[4, 1, 3] x f32>, out "y" %y: !sdfg.array<[1, 4, 7] x f32>) {
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {strides = array<i64: 1>, dilations = array<i64: 1>, groups = 4 : i64}
  }
}

// Groups are a loop of their own: indices stay sums of products.
// CHECK-LABEL: sdfg.sdfg @groups (in "x" %x: !sdfg.array<[1, 6, 9] x f32>, in "w" %w: !sdfg.array<[4, 3, 3] x f32>, out "y" %y: !sdfg.array<[1, 4, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:1, i1 = 0:2, i2 = 0:2, i3 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, 2 * i1 + i2, i3]) {
// CHECK-NEXT:         %0 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:3, r1 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %x[i0, 3 * i1 + r0, i3 + r1], %1 = %w[2 * i1 + i2, r0, r1]) -> (%y[i0, 2 * i1 + i2, i3] wcr sum) {
// CHECK-NEXT:           %2 = arith.mulf %0, %1 : f32
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @groups (in "x" %x: !sdfg.array<[1, 6, 9] x f32>, in "w" %w: !sdfg.array<[4, 3, 3] x f32>, out "y" %y: !sdfg.array<[1, 4, 7] x f32>) {
  sdfg.state @s {
    sdfg.conv (%x, %w) -> (%y) {strides = array<i64: 1>, dilations = array<i64: 1>, groups = 2 : i64}
  }
}

// CHECK-LABEL: sdfg.sdfg @pool (in "x" %x: !sdfg.array<[1, 4, 9, 9] x f32>, out "y" %y: !sdfg.array<[1, 4, 4, 7] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:1, i1 = 0:4, i2 = 0:4, i3 = 0:7] {
// CHECK-NEXT:       sdfg.tasklet () -> (%y[i0, i1, i2, i3]) {
// CHECK-NEXT:         %0 = arith.constant 0xff800000 : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:3, r1 = 0:3] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %x[i0, i1, 2 * i2 + r0, i3 + r1]) -> (%y[i0, i1, i2, i3] wcr max) {
// CHECK-NEXT:           sdfg.yield %0 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @pool (in "x" %x: !sdfg.array<[1, 4, 9, 9] x f32>, out "y" %y: !sdfg.array<[1, 4, 4, 7] x f32>) {
  sdfg.state @s {
    sdfg.pool (%x) -> (%y) {kind = "max", window = array<i64: 3, 3>, strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>}
  }
}

// Nothing is left: no outer map.
// CHECK-LABEL: sdfg.sdfg @reduce [N] (in "x" %x: !sdfg.array<[N, 4] x i32>, out "y" %y: !sdfg.array<[] x i32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.tasklet () -> (%y[]) {
// CHECK-NEXT:       %0 = arith.constant 2147483647 : i32
// CHECK-NEXT:       sdfg.yield %0 : i32
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [r0 = 0:N, r1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %x[r0, r1]) -> (%y[] wcr min) {
// CHECK-NEXT:         sdfg.yield %0 : i32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @reduce [N] (in "x" %x: !sdfg.array<[N, 4] x i32>, out "y" %y: !sdfg.array<[] x i32>) {
  sdfg.state @s {
    sdfg.reduce (%x) -> (%y) {kind = "min", axes = array<i64: 0, 1>}
  }
}

// CHECK-LABEL: sdfg.sdfg @softmax [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N, 4] x f32>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[N] x f32>
// CHECK-NEXT:   %1 = sdfg.alloc : !sdfg.array<[N] x f32>
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:N] {
// CHECK-NEXT:       sdfg.tasklet () -> (%0[i0]) {
// CHECK-NEXT:         %2 = arith.constant 0xff800000 : f32
// CHECK-NEXT:         sdfg.yield %2 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:4] {
// CHECK-NEXT:         sdfg.tasklet (%2 = %x[i0, r0]) -> (%0[i0] wcr max) {
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%2 = %x[i0, i1], %3 = %0[i0]) -> (%y[i0, i1]) {
// CHECK-NEXT:         %4 = arith.subf %2, %3 : f32
// CHECK-NEXT:         %5 = math.exp %4 : f32
// CHECK-NEXT:         sdfg.yield %5 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [i0 = 0:N] {
// CHECK-NEXT:       sdfg.tasklet () -> (%1[i0]) {
// CHECK-NEXT:         %2 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %2 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.map [r0 = 0:4] {
// CHECK-NEXT:         sdfg.tasklet (%2 = %y[i0, r0]) -> (%1[i0] wcr sum) {
// CHECK-NEXT:           sdfg.yield %2 : f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%2 = %y[i0, i1], %3 = %1[i0]) -> (%y[i0, i1]) {
// CHECK-NEXT:         %4 = arith.divf %2, %3 : f32
// CHECK-NEXT:         sdfg.yield %4 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @softmax [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N, 4] x f32>) {
  sdfg.state @s {
    sdfg.softmax (%x) -> (%y) {axis = 1 : i64}
  }
}

// From the end, without the element itself.
// CHECK-LABEL: sdfg.sdfg @scan [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N, 4] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:4] {
// CHECK-NEXT:       %0 = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK-NEXT:       sdfg.tasklet () -> (%0[]) {
// CHECK-NEXT:         %1 = arith.constant 0.000000e+00 : f32
// CHECK-NEXT:         sdfg.yield %1 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.for [r0 = 0:N] {
// CHECK-NEXT:         sdfg.tasklet (%1 = %0[], %2 = %x[N - r0 - 1, i0]) -> (%0[], %y[N - r0 - 1, i0]) {
// CHECK-NEXT:           %3 = arith.addf %1, %2 : f32
// CHECK-NEXT:           sdfg.yield %3, %1 : f32, f32
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @scan [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N, 4] x f32>) {
  sdfg.state @s {
    sdfg.scan (%x) -> (%y) {kind = "sum", axis = 0 : i64, exclusive = true, reverse = true}
  }
}

// CHECK-LABEL: sdfg.sdfg @gather [N] (in "x" %x: !sdfg.array<[9, 4] x f32>, in "i" %i: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N, 4] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:N, i1 = 0:4] {
// CHECK-NEXT:       sdfg.tasklet (%0 = %i[i0], %1: !sdfg.array<[9, 4] x f32> = %x[0:9, i1] volume 1) -> (%y[i0, i1]) {
// CHECK-NEXT:         %2 = arith.index_cast %0 : i64 to index
// CHECK-NEXT:         %3 = arith.constant 9 : index
// CHECK-NEXT:         %4 = arith.cmpi ult, %2, %3 : index
// CHECK-NEXT:         sdfg.assert %4, "index out of bounds"
// CHECK-NEXT:         %5 = sdfg.index i1
// CHECK-NEXT:         %6 = sdfg.load %1[%2, %5] : !sdfg.array<[9, 4] x f32> -> f32
// CHECK-NEXT:         sdfg.yield %6 : f32
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @gather [N] (in "x" %x: !sdfg.array<[9, 4] x f32>, in "i" %i: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N, 4] x f32>) {
  sdfg.state @s {
    sdfg.gather (%x, %i) -> (%y)
  }
}

// CHECK-LABEL: sdfg.sdfg @scatter [N] (in "u" %u: !sdfg.array<[N, 4] x f32>, in "i" %i: !sdfg.array<[N, 1] x i64>, inout "y" %y: !sdfg.array<[9, 4] x f32>) version 1 {
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i0 = 0:4] {
// CHECK-NEXT:       sdfg.for [r0 = 0:N] {
// CHECK-NEXT:         sdfg.tasklet (%0 = %i[r0, 0], %1 = %u[r0, i0]) -> (store %2: !sdfg.array<[9, 4] x f32> = %y[0:9, i0] volume 1 wcr sum) {
// CHECK-NEXT:           %3 = arith.index_cast %0 : i64 to index
// CHECK-NEXT:           %4 = arith.constant 9 : index
// CHECK-NEXT:           %5 = arith.cmpi ult, %3, %4 : index
// CHECK-NEXT:           sdfg.assert %5, "index out of bounds"
// CHECK-NEXT:           %6 = sdfg.index i0
// CHECK-NEXT:           sdfg.store %1, %2[%3, %6] : f32, !sdfg.array<[9, 4] x f32>
// CHECK-NEXT:           sdfg.yield
// CHECK-NEXT:         }
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @scatter [N] (in "u" %u: !sdfg.array<[N, 4] x f32>, in "i" %i: !sdfg.array<[N, 1] x i64>, inout "y" %y: !sdfg.array<[9, 4] x f32>) {
  sdfg.state @s {
    sdfg.scatter (%u, %i) -> (%y) {kind = "sum"}
  }
}

// Steps of compare and exchange that the data does not change, each between two buffers.
// CHECK-LABEL: sdfg.sdfg @sort [N] (in "x" %x: !sdfg.array<[N] x i32>, out "y" %y: !sdfg.array<[N] x i32>, out "i" %i: !sdfg.array<[N] x i64>) version 1 {
// CHECK-NEXT:   %0 = sdfg.alloc : !sdfg.array<[N] x i32>
// CHECK-NEXT:   %1 = sdfg.alloc : !sdfg.array<[N] x i64>
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.copy %x[0:N] -> %y[0:N]
// CHECK-NEXT:     sdfg.map [i0 = 0:N] {
// CHECK-NEXT:       sdfg.tasklet () -> (%i[i0]) {
// CHECK-NEXT:         %2 = sdfg.index i0
// CHECK-NEXT:         %3 = arith.index_cast %2 : index to i64
// CHECK-NEXT:         sdfg.yield %3 : i64
// CHECK-NEXT:       }
// CHECK-NEXT:     }
// CHECK-NEXT:   }
// CHECK-NEXT:   sdfg.assign p = 1
// CHECK-NEXT:   sdfg.while p < N {
// CHECK-NEXT:     sdfg.assign k = p
// CHECK-NEXT:     sdfg.while k > 0 {
// CHECK-NEXT:       sdfg.state @s {
// CHECK-NEXT:         sdfg.map [i0 = 0:N] {
// CHECK-NEXT:           sdfg.tasklet (%2 = %y[i0], %3 = %i[i0], %4 = %y[min(N - 1, i0 + k)], %5 = %i[min(N - 1, i0 + k)], %6 = %y[max(0, i0 - k)], %7 = %i[max(0, i0 - k)]) -> (%0[i0], %1[i0]) {
// CHECK-NEXT:             %8 = sdfg.index i0
// CHECK-NEXT:             %9 = sdfg.index k mod p
// CHECK-NEXT:             %10 = arith.cmpi sge, %8, %9 : index
// CHECK-NEXT:             %11 = sdfg.index i0 + k
// CHECK-NEXT:             %12 = sdfg.index N
// CHECK-NEXT:             %13 = arith.cmpi slt, %11, %12 : index
// CHECK-NEXT:             %14 = sdfg.index i0 floordiv (2 * p)
// CHECK-NEXT:             %15 = sdfg.index (i0 + k) floordiv (2 * p)
// CHECK-NEXT:             %16 = arith.cmpi eq, %14, %15 : index
// CHECK-NEXT:             %17 = sdfg.index (i0 - k mod p) mod (2 * k)
// CHECK-NEXT:             %18 = sdfg.index k
// CHECK-NEXT:             %19 = arith.cmpi slt, %17, %18 : index
// CHECK-NEXT:             %20 = arith.andi %10, %13 : i1
// CHECK-NEXT:             %21 = arith.andi %20, %16 : i1
// CHECK-NEXT:             %22 = arith.andi %21, %19 : i1
// CHECK-NEXT:             %23 = arith.cmpi slt, %4, %2 : i32
// CHECK-NEXT:             %24 = arith.cmpi slt, %2, %4 : i32
// CHECK-NEXT:             %25 = arith.cmpi slt, %5, %3 : i64
// CHECK-NEXT:             %26 = arith.constant true
// CHECK-NEXT:             %27 = arith.xori %24, %26 : i1
// CHECK-NEXT:             %28 = arith.andi %27, %25 : i1
// CHECK-NEXT:             %29 = arith.ori %23, %28 : i1
// CHECK-NEXT:             %30 = arith.andi %22, %29 : i1
// CHECK-NEXT:             %31 = arith.cmpi slt, %8, %12 : index
// CHECK-NEXT:             %32 = sdfg.index i0 - k
// CHECK-NEXT:             %33 = arith.cmpi sge, %32, %9 : index
// CHECK-NEXT:             %34 = sdfg.index (i0 - k) floordiv (2 * p)
// CHECK-NEXT:             %35 = arith.cmpi eq, %34, %14 : index
// CHECK-NEXT:             %36 = sdfg.index (i0 - k - k mod p) mod (2 * k)
// CHECK-NEXT:             %37 = arith.cmpi slt, %36, %18 : index
// CHECK-NEXT:             %38 = arith.andi %31, %33 : i1
// CHECK-NEXT:             %39 = arith.andi %38, %35 : i1
// CHECK-NEXT:             %40 = arith.andi %39, %37 : i1
// CHECK-NEXT:             %41 = arith.cmpi slt, %2, %6 : i32
// CHECK-NEXT:             %42 = arith.cmpi slt, %6, %2 : i32
// CHECK-NEXT:             %43 = arith.cmpi slt, %3, %7 : i64
// CHECK-NEXT:             %44 = arith.xori %42, %26 : i1
// CHECK-NEXT:             %45 = arith.andi %44, %43 : i1
// CHECK-NEXT:             %46 = arith.ori %41, %45 : i1
// CHECK-NEXT:             %47 = arith.andi %40, %46 : i1
// CHECK-NEXT:             %48 = arith.select %47, %6, %2 : i32
// CHECK-NEXT:             %49 = arith.select %30, %4, %48 : i32
// CHECK-NEXT:             %50 = arith.select %47, %7, %3 : i64
// CHECK-NEXT:             %51 = arith.select %30, %5, %50 : i64
// CHECK-NEXT:             sdfg.yield %49, %51 : i32, i64
// CHECK-NEXT:           }
// CHECK-NEXT:         }
// CHECK-NEXT:         sdfg.copy %0[0:N] -> %y[0:N]
// CHECK-NEXT:         sdfg.copy %1[0:N] -> %i[0:N]
// CHECK-NEXT:       }
// CHECK-NEXT:       sdfg.assign k = k floordiv 2
// CHECK-NEXT:     }
// CHECK-NEXT:     sdfg.assign p = 2 * p
// CHECK-NEXT:   }
// CHECK-NEXT: }
sdfg.sdfg @sort [N] (in "x" %x: !sdfg.array<[N] x i32>, out "y" %y: !sdfg.array<[N] x i32>, out "i" %i: !sdfg.array<[N] x i64>) {
  sdfg.state @s {
    sdfg.sort (%x) -> (%y, %i) {axis = 0 : i64, descending = false}
  }
}
