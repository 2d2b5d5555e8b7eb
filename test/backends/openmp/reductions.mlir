// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8] x f32>, in "k" %k: !sdfg.array<[N] x i32>, in "h" %h: !sdfg.array<[N] x bf16>, out "y" %y: !sdfg.array<[N] x f32>, inout "s" %s: !sdfg.array<[] x i32>, inout "t" %t: !sdfg.array<[] x bf16>, inout "c" %c: !sdfg.array<[2] x f32>) {
  // A number in a register that all lanes combine: each lane has one of its own.
  // CHECK: /* in_registers */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     float sum = 0.0f;
  // CHECK-NEXT:     float top = -INFINITY;
  // CHECK-NEXT:     #pragma omp simd reduction(+ : sum) reduction(sdfg_maximum_f32 : top)
  // CHECK-NEXT:     for (int64_t j = 0; j < 8; ++j) {
  // CHECK-NEXT:         sum += x[i * 8 + j];
  // CHECK-NEXT:         top = sdfg_maximum_f32(top, x[i * 8 + j]);
  // CHECK-NEXT:     }
  // CHECK-NEXT:     y[i] = sum * top;
  sdfg.state @in_registers {
    sdfg.map [i = 0:N] {
      %sum = sdfg.alloc "sum" : !sdfg.array<[] x f32, register>
      %top = sdfg.alloc "top" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%sum[], %top[]) {
        %0 = arith.constant 0.0 : f32
        %1 = arith.constant 0xFF800000 : f32
        sdfg.yield %0, %1 : f32, f32
      }
      sdfg.map [j = 0:8] schedule(simd) {
        sdfg.tasklet (%a = %x[i, j]) -> (%sum[] wcr sum) { sdfg.yield %a : f32 }
        sdfg.tasklet (%a = %x[i, j]) -> (%top[] wcr max) { sdfg.yield %a : f32 }
      }
      sdfg.tasklet (%a = %sum[], %b = %top[]) -> (%y[i]) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
  // One in memory becomes a variable for the time of the loop.
  // CHECK: /* in_memory */
  // CHECK-NEXT: {
  // CHECK-NEXT:     int32_t s_all = s[0];
  // CHECK-NEXT:     #pragma omp simd reduction(sdfg_add_i32 : s_all)
  // CHECK-NEXT:     for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:         s_all = sdfg_add_i32(s_all, k[i]);
  // CHECK-NEXT:     }
  // CHECK-NEXT:     s[0] = s_all;
  // CHECK-NEXT: }
  sdfg.state @in_memory {
    sdfg.map [i = 0:N] schedule(simd) {
      sdfg.tasklet (%a = %k[i]) -> (%s[] wcr sum) { sdfg.yield %a : i32 }
    }
  }
  // Two elements of one container, and 16 bits: OpenMP has no reduction for that.
  // CHECK: /* two_elements */
  // CHECK-NEXT: /* one after the other: all points combine 'c' */
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  sdfg.state @two_elements {
    sdfg.map [i = 0:N] schedule(simd) {
      sdfg.tasklet (%a = %x[i, 0], %b = %x[i, 1]) -> (%c[0] wcr sum, %c[1] wcr sum) { sdfg.yield %a, %b : f32, f32 }
    }
  }
  // CHECK: /* half */
  // CHECK-NEXT: /* one after the other: all points combine 't' */
  sdfg.state @half {
    sdfg.map [i = 0:N] schedule(simd) {
      sdfg.tasklet (%a = %h[i]) -> (%t[] wcr sum) { sdfg.yield %a : bf16 }
    }
  }
}
