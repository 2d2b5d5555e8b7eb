// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp-simd -Wall -Wextra -Werror -Wno-psabi -c %t/main.c -o %t/main.o
// RUN: cc -std=gnu11 -O2 -fopenmp-simd -march=native -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// Each thread makes what it wrote visible before it says that it is done.
// CHECK: static void main_points(
// CHECK: for (int64_t i = begin; i < end; ++i) {
// CHECK-NEXT:     const f32x16 lanes = *(const f32x16_u *)&x[i * 16];
// CHECK-NEXT:     sdfg_store_nontemporal(&y[i * 16], &lanes, sizeof(f32x16));
// CHECK-NEXT: }
// CHECK-NEXT: sdfg_order_nontemporal();
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 16] x f32>, out "y" %y: !sdfg.array<[N, 16] x f32>, out "z" %z: !sdfg.array<[N, 16] x f32>) {
  sdfg.state @parallel {
    sdfg.map [i = 0:N] schedule(parallel) {
      sdfg.tasklet (%a: vector<16xf32> = %x[i, 0:16]) -> (%y[i, 0:16]) nontemporal { sdfg.yield %a : vector<16xf32> }
    }
  }
  // CHECK: /* alone */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // A line ahead, and rows of lines; elements need not exist.
  // CHECK-NEXT: SDFG_PREFETCH(x, i * 16 + 128, 0, 3);
  // CHECK-NEXT: SDFG_PREFETCH(x, i * 16 + 144, 0, 0);
  // CHECK-NEXT: for (int64_t d0 = 0; d0 < N; ++d0) {
  // CHECK-NEXT:     SDFG_PREFETCH(z, d0 * 16 + i * 16, 1, 2);
  // CHECK-NEXT: }
  // CHECK: sdfg_store_nontemporal(&z[i * 16 + 8], &lanes, sizeof(f32x8));
  // CHECK-NEXT: }
  // CHECK-NEXT: sdfg_order_nontemporal();
  sdfg.state @alone {
    sdfg.map [i = 0:N] {
      sdfg.prefetch %x[i + 8, 0:16] into 1
      sdfg.prefetch %x[i + 9, 0:16] into 1 once
      sdfg.prefetch %z[i:i + N, 0:16] into 2 to write
      sdfg.tasklet (%a: vector<8xf32> = %x[i, 8:16]) -> (%z[i, 8:16]) nontemporal { sdfg.yield %a : vector<8xf32> }
    }
  }
  // Half a row is one line, two rows are two.
  // CHECK: /* lines */
  // CHECK-NEXT: SDFG_PREFETCH(x, 0, 0, 1);
  // CHECK-NEXT: SDFG_PREFETCH(x, 16, 0, 1);
  // CHECK-NOT: SDFG_PREFETCH
  sdfg.state @lines {
    sdfg.prefetch %x[0:2, 0:8] into 3
  }
}
