// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// The context needs the file up to the end of the last weight.
// CHECK: return sdfg_context_init(&model->shared, weights, weights_bytes, 8208, threads);

sdfg.sdfg @main (out "f" %f: !sdfg.array<[4] x f32>, out "d" %d: !sdfg.array<[2] x f64>, out "k" %k: !sdfg.array<[2] x i64>, out "h" %h: !sdfg.array<[2] x f16>, out "p" %p: !sdfg.array<[2] x i1>) {
  // Weights lie in the mapped file, at places counted from its start.
  // CHECK: const float *restrict fc1_weight = (const float *)(context->weights + 8192);
  %w = sdfg.constant #sdfg.weight<"fc1.weight"> {offset = 8192 : i64} : !sdfg.array<[4] x f32>
  %unused = sdfg.constant #sdfg.weight<"fc2.weight"> {offset = 65536 : i64} : !sdfg.array<[4] x f32>
  // A few numbers stand in the function, exactly as they are.
  // CHECK: static _Alignas(64) const float few[4] = {1e-9f, -0.0f, INFINITY, 1.677722e7f};
  %few = sdfg.constant dense<[1.000000e-09, -0.000000e+00, 0x7F800000, 1.677722e+07]> : tensor<4xf32> : !sdfg.array<[4] x f32>
  // CHECK: static _Alignas(64) const double doubles[2] = {0.1, 0.1};
  %doubles = sdfg.constant dense<1.000000e-01> : tensor<2xf64> : !sdfg.array<[2] x f64>
  // CHECK: static _Alignas(64) const int64_t longs[2] = {-7, INT64_MIN};
  %longs = sdfg.constant dense<[-7, -9223372036854775808]> : tensor<2xi64> : !sdfg.array<[2] x i64>
  // 16-bit floats by their bits.
  // CHECK: static _Alignas(64) const sdfg_f16 halves[2] = {15360, 49152};
  %halves = sdfg.constant dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf16> : !sdfg.array<[2] x f16>
  // CHECK: static _Alignas(64) const bool bits[2] = {true, false};
  %bits = sdfg.constant dense<[true, false]> : tensor<2xi1> : !sdfg.array<[2] x i1>
  sdfg.state @use {
    sdfg.copy %w[0:4] -> %f[0:4]
    sdfg.copy %few[0:4] -> %f[0:4] wcr sum
    sdfg.copy %doubles[0:2] -> %d[0:2]
    sdfg.copy %longs[0:2] -> %k[0:2]
    sdfg.copy %halves[0:2] -> %h[0:2]
    sdfg.copy %bits[0:2] -> %p[0:2]
  }
}
