// RUN: sdfg-opt %s --sdfg-fold-constants | filecheck %s

// A choice between a number and a bound is the larger or the smaller of both; NaN stays NaN.
sdfg.sdfg @clamp (in "x" %x: !sdfg.array<[] x f32>, out "y" %y: !sdfg.array<[] x f32>) {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[]) -> (%y[]) {
      %zero = arith.constant 0.0 : f32
      %six = arith.constant 6.0 : f32
      %0 = arith.cmpf ugt, %a, %zero : f32
      %1 = arith.select %0, %a, %zero : f32
      %2 = arith.cmpf ult, %1, %six : f32
      %3 = arith.select %2, %1, %six : f32
      sdfg.yield %3 : f32
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @clamp
// CHECK:         %[[M:.*]] = arith.maximumf %a, %zero : f32
// CHECK-NEXT:    %[[N:.*]] = arith.minimumf %[[M]], %six : f32
// CHECK-NEXT:    sdfg.yield %[[N]] : f32

// Where NaN would be lost, or a zero of the other sign be given, the choice stays.
sdfg.sdfg @kept (in "x" %x: !sdfg.array<[] x f32>, out "y" %y: !sdfg.array<[] x f32>) {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[]) -> (%y[]) {
      %zero = arith.constant 0.0 : f32
      %minus = arith.constant -0.0 : f32
      %0 = arith.cmpf ogt, %a, %zero : f32
      %1 = arith.select %0, %a, %zero : f32
      %2 = arith.cmpf ult, %1, %zero : f32
      %3 = arith.select %2, %1, %zero : f32
      %4 = arith.cmpf ugt, %3, %minus : f32
      %5 = arith.select %4, %3, %minus : f32
      sdfg.yield %5 : f32
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @kept
// CHECK-NOT:     maximumf
// CHECK-NOT:     minimumf
