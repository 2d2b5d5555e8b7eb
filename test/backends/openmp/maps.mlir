// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M, 8] x f32>, out "y" %y: !sdfg.array<[N, M, 8] x f32>) {
  // One loop per parameter.
  // CHECK: /* sequential */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     for (int64_t j = 1; j < M - 1; j += 2) {
  // CHECK-NEXT:         y[i * M * 8 + j * 8] = x[i * M * 8 + j * 8];
  sdfg.state @sequential {
    sdfg.map [i = 0:N, j = 1:M - 1:2] {
      sdfg.tasklet (%a = %x[i, j, 0]) -> (%y[i, j, 0]) { sdfg.yield %a : f32 }
    }
  }
  // A single value that is no number gets a name.
  // CHECK: /* one_point */
  // CHECK-NEXT: {
  // CHECK-NEXT:     const int64_t i = N - 1;
  // CHECK-NEXT:     y[i * M * 8] = x[i * M * 8];
  // CHECK-NEXT: }
  sdfg.state @one_point {
    sdfg.map [i = N - 1:N] {
      sdfg.tasklet (%a = %x[i, 0, 0]) -> (%y[i, 0, 0]) { sdfg.yield %a : f32 }
    }
  }
  // The innermost dimension goes to vector lanes.
  // CHECK: /* simd */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     #pragma omp simd
  // CHECK-NEXT:     for (int64_t k = 0; k < 8; ++k) {
  // CHECK-NEXT:         y[i * M * 8 + k] = sdfg_exp_f32(x[i * M * 8 + k]);
  sdfg.state @simd {
    sdfg.map [i = 0:N, k = 0:8] schedule(simd) {
      sdfg.tasklet (%a = %x[i, 0, k]) -> (%y[i, 0, k]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
  }
  // A copy of the body per point; a start that is no number is kept.
  // CHECK: /* unrolled */
  // CHECK-NEXT: for (int64_t i = 0; i < N - 3; i += 4) {
  // CHECK-NEXT:     y[i * M * 8 + 8] = x[i * M * 8 + 8];
  // CHECK-NEXT:     y[i * M * 8 + 11] = x[i * M * 8 + 11];
  // CHECK-NEXT:     y[(i + 1) * M * 8 + 8] = x[(i + 1) * M * 8 + 8];
  // CHECK-NEXT:     y[(i + 1) * M * 8 + 11] = x[(i + 1) * M * 8 + 11];
  sdfg.state @unrolled {
    sdfg.map [i = 0:N - 3:4] {
      sdfg.map [r = i:i + 2, k = 0:6:3] schedule(unroll) {
        sdfg.tasklet (%a = %x[r, 1, k]) -> (%y[r, 1, k]) { sdfg.yield %a : f32 }
      }
    }
  }
  // No point, no code.
  // CHECK-NOT: /* empty */
  sdfg.state @empty {
    sdfg.map [i = 0:N, k = 4:4] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, 0, k]) -> (%y[i, 0, k]) { sdfg.yield %a : f32 }
    }
  }
}
