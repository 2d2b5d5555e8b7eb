// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Constants: weights by reference, and a few numbers in place.
sdfg.sdfg @main () version 1 {
  // CHECK: %w = sdfg.constant #sdfg.weight<"fc1.weight"> : !sdfg.array<[512, 784] x f32>
  %w = sdfg.constant #sdfg.weight<"fc1.weight"> : !sdfg.array<[512, 784] x f32>
  // CHECK: %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[2] x i64>
  %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[2] x i64>
  // CHECK: %z = sdfg.constant dense<0.000000e+00> : tensor<f32> : !sdfg.array<[] x f32>
  %z = sdfg.constant dense<0.000000e+00> : tensor<f32> : !sdfg.array<[] x f32>
}
