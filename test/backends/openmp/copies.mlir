// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 4, 8] x f32>, in "k" %k: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[N, 4, 8] x f32>, out "z" %z: !sdfg.array<[N] x f32>, inout "v" %v: !sdfg.array<[N] x f32>) {
  // Whatever lies in one piece on both sides is copied as bytes.
  // CHECK: /* whole */
  // CHECK-NEXT: sdfg_copy(y, x, N * 128);
  sdfg.state @whole {
    sdfg.copy %x[0:N, 0:4, 0:8] -> %y[0:N, 0:4, 0:8]
  }
  // CHECK: /* row */
  // CHECK-NEXT: memcpy(&y[N * 32 - 32], &x[64], 128);
  sdfg.state @row {
    sdfg.copy %x[2, 0:4, 0:8] -> %y[N - 1, 0:4, 0:8]
  }
  // CHECK: /* pieces */
  // CHECK-NEXT: for (int64_t i0 = 0; i0 < N; ++i0) {
  // CHECK-NEXT:     for (int64_t i1 = 0; i1 < 2; ++i1) {
  // CHECK-NEXT:         memcpy(&y[i0 * 32 + i1 * 8], &x[i0 * 32 + i1 * 16 + 4], 16);
  sdfg.state @pieces {
    sdfg.copy %x[0:N, 0:4:2, 4:8] -> %y[0:N, 0:2, 0:4]
  }
  // CHECK: /* column */
  // CHECK-NEXT: for (int64_t i0 = 0; i0 < N; ++i0) {
  // CHECK-NEXT:     z[i0] = x[i0 * 32 + 9];
  sdfg.state @column {
    sdfg.copy %x[0:N, 1, 1] -> %z[0:N]
  }
  // CHECK: /* element */
  // CHECK-NEXT: z[0] = x[9];
  sdfg.state @element {
    sdfg.copy %x[0, 1, 1] -> %z[0]
  }
  // Elements that are combined.
  // CHECK: /* combined */
  // CHECK-NEXT: for (int64_t i0 = 0; i0 < N; ++i0) {
  // CHECK-NEXT:     z[i0] += v[i0];
  sdfg.state @combined {
    sdfg.copy %v[0:N] -> %z[0:N] wcr sum
  }
  // Both sides may share elements.
  // CHECK: /* overlapping */
  // CHECK-NEXT: sdfg_move(&v[1], v, N * 4 - 4);
  sdfg.state @overlapping {
    sdfg.copy %v[0:N - 1] -> %v[1:N]
  }
  // To registers and back, element by element.
  // CHECK: /* registers */
  // CHECK: float r_0 = x[0];
  // CHECK-NEXT: float r_1 = x[1];
  // CHECK-NEXT: z[0] = r_0;
  // CHECK-NEXT: z[1] = r_1;
  sdfg.state @registers {
    %r = sdfg.alloc "r" : !sdfg.array<[2] x f32, register>
    sdfg.copy %x[0, 0, 0:2] -> %r[0:2]
    sdfg.copy %r[0:2] -> %z[0:2]
  }
  // A view indexes the same memory in another way: a transposed copy.
  // CHECK: /* view */
  // CHECK-NEXT: for (int64_t i0 = 0; i0 < 8; ++i0) {
  // CHECK-NEXT:     for (int64_t i1 = 0; i1 < 4; ++i1) {
  // CHECK-NEXT:         y[i0 * 4 + i1] = x[i0 + i1 * 8 + 32];
  %t = sdfg.view %x : !sdfg.array<[8, 4] x f32, strides [1, 8], offset 32>
  %w = sdfg.view %y : !sdfg.array<[8, 4] x f32>
  sdfg.state @view {
    sdfg.copy %t[0:8, 0:4] -> %w[0:8, 0:4]
  }
}
