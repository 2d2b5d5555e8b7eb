// RUN: sdfg-opt %s -p sdfg-fold-constants | filecheck %s

// Elements of constants are numbers, dimensions of one point go, computations on numbers are done.
// CHECK-LABEL: @numbers
// CHECK-NOT: sdfg.constant
// CHECK: sdfg.map [j = 0:N] {
// CHECK-NEXT: sdfg.tasklet (%a = %x[0, j]) -> (%y[0, j]) {
// CHECK-NEXT:   [[C:%.+]] = arith.constant 5.000000e+00 : f32
// CHECK-NEXT:   [[S:%.+]] = arith.addf %a, [[C]] : f32
// CHECK-NEXT:   sdfg.yield [[S]] : f32
sdfg.sdfg @numbers [N] (in "x" %x: !sdfg.array<[1, N] x f32>, out "y" %y: !sdfg.array<[1, N] x f32>) {
  %c = sdfg.constant dense<[2.0, 3.0]> : tensor<2xf32> : !sdfg.array<[2] x f32>
  %one = sdfg.constant dense<1.0> : tensor<4xf32> : !sdfg.array<[4] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:1, j = 0:N] {
      sdfg.tasklet (%a = %x[i, j], %b = %c[0], %d = %c[1], %e = %one[i]) -> (%y[i, j]) {
        %0 = arith.addf %b, %d : f32
        %1 = arith.mulf %a, %e : f32
        %2 = arith.addf %1, %0 : f32
        sdfg.yield %2 : f32
      }
    }
  }
}

// x + 0.0 turns -0.0 into 0.0; x + -0.0 does not. NaN and library functions are left alone.
// CHECK-LABEL: @exact
// CHECK: arith.constant 0.000000e+00
// CHECK: arith.addf
// CHECK-NOT: arith.addf
// CHECK: arith.divf
// CHECK: math.exp
// CHECK: arith.muli
// CHECK-NOT: arith.muli
sdfg.sdfg @exact (in "x" %x: !sdfg.array<[] x f32>, in "i" %i: !sdfg.array<[] x i64>, out "y" %y: !sdfg.array<[4] x f32>, out "j" %j: !sdfg.array<[] x i64>) {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[], %k = %i[]) -> (%y[0], %y[1], %y[2], %y[3], %j[]) {
      %zero = arith.constant 0.0 : f32
      %minus = arith.constant -0.0 : f32
      %0 = arith.addf %a, %zero : f32
      %1 = arith.addf %a, %minus : f32
      %2 = arith.divf %zero, %zero : f32
      %3 = math.exp %zero : f32
      %one = arith.constant 1 : i64
      %two = arith.constant 2 : i64
      %4 = arith.muli %k, %one : i64
      %5 = arith.muli %4, %two : i64
      sdfg.yield %0, %1, %2, %3, %5 : f32, f32, f32, f32, i64
    }
  }
}

// Decided branches, loops of one iteration.
// CHECK-LABEL: @control
// CHECK-NEXT: sdfg.state @a {
// CHECK-NEXT:   sdfg.copy %x[2] -> %y[2]
// CHECK-NEXT: }
// CHECK-NEXT: }
sdfg.sdfg @control (in "x" %x: !sdfg.array<[4] x f32>, out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.if 2 < 3 {
    sdfg.for [k = 2:3] {
      sdfg.state @a {
        sdfg.copy %x[k] -> %y[k]
      }
    }
  } else {
    sdfg.state @b {
      sdfg.copy %x[0] -> %y[0]
    }
  }
}

// Small whole powers are products; others are left to the target.
// CHECK-LABEL: @powers
// CHECK:      %[[S:.*]] = arith.mulf %a, %a : f32
// CHECK-NEXT: %[[C:.*]] = arith.mulf %[[S]], %a : f32
// CHECK-NEXT: %[[Q:.*]] = arith.mulf %[[C]], %[[C]] : f32
// CHECK-NEXT: %[[E:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-NEXT: %[[R:.*]] = math.powf %[[Q]], %[[E]] : f32
// CHECK-NEXT: sdfg.yield %[[R]] : f32
sdfg.sdfg @powers (in "x" %x: !sdfg.array<[4] x f32>, out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        %0 = arith.constant 3 : i64
        %1 = math.fpowi %a, %0 : f32, i64
        %2 = arith.constant 2.0 : f32
        %3 = math.powf %1, %2 : f32
        %4 = arith.constant 0.5 : f32
        %5 = math.powf %3, %4 : f32
        sdfg.yield %5 : f32
      }
    }
  }
}
