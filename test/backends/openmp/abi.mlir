// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Wpedantic -Werror -c %t/net_1.c -o %t/net.o
// RUN: echo '#include "net_1.h"' | cc -x c++ -Wall -Wextra -Wpedantic -Werror -I%t -fsyntax-only -

// Containers in first, then those out, then the symbols. Arguments are held to what they can be.
// CHECK: int net_1_run(net_1_context *model, const float *restrict A, const uint8_t *restrict pixels_0_uint8,
// CHECK-NEXT: sdfg_bf16 *restrict C, float *restrict A_2, int64_t N, int64_t E_)
// CHECK: const int8_t *restrict pixels_0 = (const int8_t *)pixels_0_uint8;
// CHECK: if (!(sdfg_check_size(context, "N", N) && sdfg_check_size(context, "E", E_)
// CHECK-NEXT: && sdfg_check_size(context, "2 * N - 1", N * 2 - 1)
// CHECK-NEXT: && sdfg_check_array(context, "A", A, E_ * N)
// CHECK-NEXT: && sdfg_check_array(context, "pixels:0", pixels_0, 4)
// CHECK: return SDFG_BAD_ARGUMENT;

// CHECK: /* file: net_1.h */
// CHECK-NEXT: #ifndef NET_1_H
// CHECK: extern "C" {
// CHECK: typedef uint16_t sdfg_bf16;
// CHECK: typedef struct net_1_context net_1_context;
// CHECK: int net_1_init(net_1_context **context, const void *weights, size_t weights_bytes, int threads);
// CHECK: * in A: f32 [N, E]
// CHECK-NEXT: * in pixels:0: uint8 [4]
// CHECK-NEXT: * inout C: bf16 [N]
// CHECK-NEXT: * out A: f32 [2 * N - 1]
// CHECK-NEXT: */
// CHECK-NEXT: int net_1_run(net_1_context *model, const float *A, const uint8_t *pixels_0, sdfg_bf16 *C,
// CHECK-NEXT: float *A_2, int64_t N, int64_t E_);
// CHECK: void net_1_exit(net_1_context *model);
// CHECK: const char *net_1_message(const net_1_context *model);
sdfg.sdfg @"net.1" [N, E] (in "A" %A: !sdfg.array<[N, E] x f32>, out "A" %B: !sdfg.array<[2 * N - 1] x f32>, in "pixels:0" %p: !sdfg.array<[4] x i8>, inout "C" %C: !sdfg.array<[N] x bf16>) attributes {element_types = {"pixels:0" = "uint8"}} {
  sdfg.state @s {
    sdfg.tasklet (%a = %p[0]) -> (%B[0]) {
      %0 = arith.uitofp %a : i8 to f32
      sdfg.yield %0 : f32
    }
  }
}
