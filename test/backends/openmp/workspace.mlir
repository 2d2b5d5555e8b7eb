// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// Sizes that are numbers: one block of memory, each container at its place in it, aligned.
sdfg.sdfg @main (in "x" %x: !sdfg.array<[5] x f32>, out "y" %y: !sdfg.array<[5] x f32>) {
  // CHECK: const int status = sdfg_context_reserve(context, 192);
  // CHECK-NEXT: if (status != SDFG_OK) {
  // CHECK-NEXT:     return status;
  // CHECK-NEXT: }
  // CHECK-NEXT: float *restrict fc1_out = (float *)context->arena.base;
  // CHECK-NEXT: int8_t *restrict fc1_out_2 = (int8_t *)(context->arena.base + 64);
  // CHECK-NOT: malloc
  %a = sdfg.alloc "fc1/out" : !sdfg.array<[5] x f32>
  %b = sdfg.alloc "fc1.out" : !sdfg.array<[65] x i8>
  // Small things of a scope are variables of C.
  // CHECK: _Alignas(64) float tile[5];
  // CHECK-NEXT: (void)tile;
  %tile = sdfg.alloc "tile" : !sdfg.array<[5] x f32, stack>
  sdfg.state @s {
    sdfg.copy %x[0:5] -> %a[0:5]
    sdfg.copy %a[0:5] -> %y[0:5]
    sdfg.copy %x[0:5] -> %tile[0:5]
    sdfg.tasklet () -> (%b[0]) {
      %0 = arith.constant 1 : i8
      sdfg.yield %0 : i8
    }
  }
}
