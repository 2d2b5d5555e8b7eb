// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -Wno-psabi -c %t/main.c -o %t/main.o
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -Wno-psabi -c %t/main_1.c -o %t/main_1.o

// Names of the model that mean something to C, to its headers or to us get another end.
// CHECK: int main_run(main_context *model, const float *restrict int_, const float *restrict M_PI_,
// CHECK-NEXT: const float *restrict x_1_y_0, const float *restrict x_1_y_0_2,
// CHECK-NEXT: const float *restrict model_2, const float *restrict context_2, const float *restrict _0,
// CHECK-NEXT: const float *restrict main_run_2, const float *restrict f32x8_,
// CHECK-NEXT: const float *restrict SDFG_OK_, float *restrict main_sum_2, int64_t E_, int64_t I_,
// CHECK-NEXT: int64_t pi, int64_t status)
// CHECK: main_sum(int_, M_PI_, main_sum_2, I_);

// CHECK: /* file: main_1.c */
// CHECK: /* * / evil / * */
// CHECK-NEXT: void main_sum(const float *restrict int_, const float *restrict free_, float *restrict sum,
// CHECK-NEXT: int64_t lane)
sdfg.sdfg private @sum [lane] (in "int" %a: !sdfg.array<[lane] x f32>, in "free" %b: !sdfg.array<[4] x f32>, out "sum" %c: !sdfg.array<[lane] x f32>) {
  sdfg.state @"*/ evil /*" {
    sdfg.map [i = 0:lane] {
      sdfg.tasklet (%x = %a[i], %y = %b[0]) -> (%c[i]) {
        %0 = arith.addf %x, %y : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
sdfg.sdfg @main [E, I, pi, status] (in "int" %a: !sdfg.array<[I] x f32>, in "M_PI" %b: !sdfg.array<[4] x f32>, in "x.1/y:0" %c: !sdfg.array<[E] x f32>, in "x_1_y_0" %d: !sdfg.array<[pi] x f32>, in "model" %e: !sdfg.array<[4] x f32>, in "context" %f: !sdfg.array<[4] x f32>, in "0" %g: !sdfg.array<[status] x f32>, in "main_run" %h: !sdfg.array<[4] x f32>, in "f32x8" %j: !sdfg.array<[8] x f32>, in "SDFG_OK" %k: !sdfg.array<[4] x f32>, out "main_sum" %z: !sdfg.array<[I] x f32>) {
  sdfg.call @sum(%a, %b, %z) [lane = I]
  sdfg.state @vector {
    sdfg.tasklet (%v: vector<8xf32> = %j[0:8]) -> (%z[0:8]) { sdfg.yield %v : vector<8xf32> }
  }
}
