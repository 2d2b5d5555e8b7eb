// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// A stream of one point of a parallel map is its own.
// CHECK: /* private */
// CHECK-NEXT: static void main_points(
// CHECK: int64_t p_first = 0;
// CHECK: if (p_count > 0) {
// CHECK: } else {
// CHECK-NEXT: sdfg_check_failed(context, "a stream is empty where an element is taken from it");

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x i32>, out "y" %y: !sdfg.array<[] x i32>) {
  // CHECK: /* fill */
  // CHECK: y[0] = 0;
  // CHECK-NEXT: int32_t q[16];
  // CHECK-NEXT: int64_t q_first = 0;
  // CHECK-NEXT: int64_t q_count = 0;
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     if (q_count < 16) {
  // CHECK-NEXT:         q[(q_first + q_count) % 16] = x[i];
  // CHECK-NEXT:         q_count += 1;
  // CHECK-NEXT:     } else {
  // CHECK-NEXT:         sdfg_check_failed(context,
  // CHECK-NEXT: "queue.py:3:5: a stream is full where an element is put into it");
  // CHECK: while (q_count > 0) {
  // CHECK-NEXT:     const int32_t e = q[q_first];
  // CHECK-NEXT:     q_first = (q_first + 1) % 16;
  // CHECK-NEXT:     q_count -= 1;
  // CHECK-NEXT:     y[0] = sdfg_add_i32(y[0], e);
  sdfg.state @fill {
    sdfg.tasklet () -> (%y[]) {
      %0 = arith.constant 0 : i32
      sdfg.yield %0 : i32
    }
    %q = sdfg.alloc "q" : !sdfg.stream<i32, depth 16>
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%q[]) { sdfg.yield %a : i32 } loc("queue.py":3:5)
    }
    sdfg.consume (%e = %q) workers 4 {
      sdfg.tasklet (%a = %e[]) -> (%y[] wcr sum) { sdfg.yield %a : i32 }
    }
  }
  %z = sdfg.alloc "z" : !sdfg.array<[N] x i32>
  sdfg.state @private {
    sdfg.map [i = 0:N] schedule(parallel) {
      %p = sdfg.alloc "p" : !sdfg.stream<i32, depth 2>
      sdfg.tasklet (%a = %x[i]) -> (%p[]) { sdfg.yield %a : i32 }
      sdfg.tasklet (%a = %p[]) -> (%z[i]) { sdfg.yield %a : i32 }
    }
  }
}
