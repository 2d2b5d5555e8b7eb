// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

// In a parallel map each point has memory of its own; without it, it does nothing.
// CHECK: static void main_points(
// CHECK: for (int64_t i = begin; i < end; ++i) {
// CHECK-NEXT:     float *restrict own = (float *)sdfg_private(context, N * 4, "no memory for 'own'");
// CHECK-NEXT:     if (own != NULL) {
// CHECK-NEXT:         own[i] = x[i];
// CHECK-NEXT:         y[i] = own[i];
// CHECK-NEXT:         sdfg_private_end(context, own);
// CHECK-NEXT:     }
// CHECK-NEXT: }

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, in "k" %k: !sdfg.array<[] x i64>, out "y" %y: !sdfg.array<[N] x f32>) {
  // Sizes that follow from the symbols of the run: one block again.
  // CHECK: const int status = sdfg_context_reserve(context, N * 64 + sdfg_floordiv(N * 4 + 63, 64) * 64);
  // CHECK: int64_t offset = 0;
  // CHECK-NEXT: float *restrict a = (float *)(context->arena.base + offset);
  // CHECK-NEXT: offset += N * 64;
  // CHECK-NEXT: float *restrict b = (float *)(context->arena.base + offset);
  %a = sdfg.alloc "a" : !sdfg.array<[N, 16] x f32>
  %b = sdfg.alloc "b" : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %a[0:N, 0]
    sdfg.copy %a[0:N, 0] -> %b[0:N]
    sdfg.copy %b[0:N] -> %y[0:N]
  }
  // A size that is known later: memory from then on, until the scope ends.
  // CHECK: int64_t n = (int64_t)k[0];
  // CHECK: for (int64_t t = 0; t < 3; ++t) {
  // CHECK-NEXT:     const size_t mark = context->arena.used;
  // CHECK-NEXT:     float *restrict late =
  // CHECK-NEXT:         (float *)sdfg_push(context, n * 4, "net.py:9:1: no memory for 'late'");
  // CHECK-NEXT:     if (late == NULL) {
  // CHECK-NEXT:         return sdfg_report_failure(context);
  // CHECK:          sdfg_arena_pop(&context->arena, mark);
  sdfg.read_symbol n = %k[]
  sdfg.for [t = 0:3] {
    %late = sdfg.alloc "late" : !sdfg.array<[n] x f32> loc("net.py":9:1)
    sdfg.state @later {
      sdfg.copy %x[0:n] -> %late[0:n]
      sdfg.copy %late[0:n] -> %y[0:n]
    }
  }
  // CHECK: sdfg_team_run(context->team, main_part, &values, N);
  // CHECK: if (context->failure != NULL) {
  sdfg.state @points {
    sdfg.map [i = 0:N] schedule(parallel) {
      %own = sdfg.alloc "own" : !sdfg.array<[N] x f32>
      sdfg.copy %x[i] -> %own[i]
      sdfg.copy %own[i] -> %y[i]
    }
  }
}
