// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp-simd -Wall -Wextra -Werror -c %t/main.c -o %t/main.o
// RUN: cc -std=gnu11 -O2 -fopenmp-simd -Wall -Wextra -Werror -c %t/main_1.c -o %t/main_1.o

// A program may have the names that a kernel wants for itself, and functions those of kernels.
// CHECK: static void main_points_2(const float *restrict begin, float *restrict end, int64_t begin_2,
// CHECK-NEXT:         int64_t end_2)
// CHECK-NEXT: {
// CHECK-NEXT:     for (int64_t i = begin_2; i < end_2; ++i) {
// CHECK-NEXT:         end[i] = begin[i];
// CHECK: struct main_values {
// CHECK: static void main_part(const void *values, int64_t begin, int64_t end)
// CHECK: main_points_2(shared->begin, shared->end, begin, end);
// CHECK: const struct main_values values_2 = {begin, end};
sdfg.sdfg private @points (in "a" %a: !sdfg.array<[8] x f32>, out "b" %b: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.copy %a[0:8] -> %b[0:8]
  }
}

sdfg.sdfg @main (in "begin" %b: !sdfg.array<[8] x f32>, out "end" %e: !sdfg.array<[8] x f32>, out "values" %v: !sdfg.array<[8] x f32>) {
  sdfg.call @points(%b, %v)
  sdfg.state @s {
    sdfg.map [i = 0:8] schedule(parallel) {
      sdfg.tasklet (%a = %b[i]) -> (%e[i]) { sdfg.yield %a : f32 }
    }
  }
}
