// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp-simd -Wall -Wextra -Werror -c %t/main.c -o %t/main.o
// RUN: cc -std=gnu11 -O2 -fopenmp -DSDFG_TEAM_OPENMP -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// A parallel map becomes a function over some of its points. Where it has more dimensions than one,
// the place of the first point is computed once; then the indices count up.
// CHECK: /* some */
// CHECK-NEXT: static void main_points(const float *restrict x, float *restrict y, int64_t M, int64_t begin,
// CHECK-NEXT:         int64_t end)
// CHECK-NEXT: {
// CHECK-NEXT:     int64_t j_first = sdfg_floormod(begin, M);
// CHECK-NEXT:     int64_t i = sdfg_floordiv(begin, M);
// CHECK-NEXT:     while (begin < end) {
// CHECK-NEXT:         const int64_t j_stop = sdfg_min(M, j_first + end - begin);
// CHECK-NEXT:         for (int64_t j = j_first; j < j_stop; ++j) {
// CHECK-NEXT:             for (int64_t k = 0; k < 8; ++k) {
// CHECK-NEXT:                 y[i * M * 8 + j * 8 + k] = x[i * M * 8 + j * 8 + k];
// CHECK:              begin += j_stop - j_first;
// CHECK-NEXT:         j_first = 0;
// CHECK-NEXT:         i += 1;
// CHECK-NEXT:     }
// CHECK-NEXT: }

// What its points share, and the function that the threads call.
// CHECK: struct main_values {
// CHECK-NEXT:     const float *x;
// CHECK-NEXT:     float *y;
// CHECK-NEXT:     int64_t M;
// CHECK-NEXT: };
// CHECK: static void main_part(const void *values, int64_t begin, int64_t end)
// CHECK-NEXT: {
// CHECK-NEXT:     const struct main_values *shared = (const struct main_values *)values;
// CHECK-NEXT:     main_points(shared->x, shared->y, shared->M, begin, end);
// CHECK-NEXT: }

// Dimensions of one point are no loops, but have names; a step or a start needs a counter.
// CHECK: /* one_dimension */
// CHECK: int64_t begin, int64_t end)
// CHECK-NEXT: {
// CHECK-NEXT:     const int64_t j = N - 1;
// CHECK-NEXT:     for (int64_t i_at = begin; i_at < end; ++i_at) {
// CHECK-NEXT:         const int64_t i = i_at * 2 + 1;

// Three dimensions, of which two are known: the outer ones carry over.
// CHECK: /* three */
// CHECK:          int64_t k_first = begin % 8;
// CHECK-NEXT:     int64_t j = begin / 8 % 3;
// CHECK-NEXT:     int64_t i = begin / 8 / 3;
// CHECK:              k_first = 0;
// CHECK-NEXT:         j += 1;
// CHECK-NEXT:         if (j == 3) {
// CHECK-NEXT:             j = 0;
// CHECK-NEXT:             i += 1;
// CHECK-NEXT:         }

sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M, 8] x f32>, out "y" %y: !sdfg.array<[N, M, 8] x f32>) {
  // All points, by this thread alone where there are few.
  // CHECK: /* some */
  // CHECK-NEXT: {
  // CHECK-NEXT:     const struct main_values values = {x, y, M};
  // CHECK-NEXT:     if (M * N > 64) {
  // CHECK-NEXT:         sdfg_team_run(context->team, main_part, &values, sdfg_max(N, 0) * sdfg_max(M, 0));
  // CHECK-NEXT:     } else {
  // CHECK-NEXT:         main_points(x, y, M, 0, sdfg_max(N, 0) * sdfg_max(M, 0));
  // CHECK-NEXT:     }
  // CHECK-NEXT: }
  sdfg.state @some {
    sdfg.map [i = 0:N, j = 0:M] schedule(parallel if N * M > 64) {
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %x[i, j, k]) -> (%y[i, j, k]) { sdfg.yield %a : f32 }
      }
    }
  }
  // CHECK: /* one_dimension */
  // CHECK: sdfg_team_run(context->team, main_part_2, &values, sdfg_floordiv(N, 2));
  sdfg.state @one_dimension {
    sdfg.map [i = 1:N:2, j = N - 1:N, k = 3:4] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, j, k]) -> (%y[i, j, k]) { sdfg.yield %a : f32 }
    }
  }
  // CHECK: /* three */
  // CHECK: sdfg_team_run(context->team, main_part_3, &values, N * 24);
  sdfg.state @three {
    sdfg.map [i = 0:N, j = 0:3, k = 0:8] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, j, k]) -> (%y[i, j, k]) { sdfg.yield %a : f32 }
    }
  }
  // A map that is known to be too small for threads is a loop.
  // CHECK: /* small */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     y[i * M * 8] = x[i * M * 8];
  sdfg.state @small {
    sdfg.map [i = 0:N] schedule(parallel if 3 > 4) {
      sdfg.tasklet (%a = %x[i, 0, 0]) -> (%y[i, 0, 0]) { sdfg.yield %a : f32 }
    }
  }
}
