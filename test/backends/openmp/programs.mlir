// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main_1.c -o %t/main_1.o

// What a parallel map does stands before the function that it is in.
// CHECK: static void main_points(const float *restrict x, float *restrict y, int64_t begin, int64_t end)
// CHECK-NEXT: {
// CHECK-NEXT: for (int64_t i = begin; i < end; ++i) {
// CHECK-NEXT:     main_row(x, y, i);

// The entry: calls pass what their program uses, and stop where it may have failed.
// CHECK-LABEL: int main_run(
// CHECK: /* encoder.0: model.py:5:1 */
// CHECK-NEXT: main_scale(tmp, y, n);
// CHECK-NEXT: main_scale(y, tmp, n);
// CHECK: main_pick(context, x, y, k, n);
// CHECK-NEXT: if (context->failure != NULL) {
// CHECK-NEXT:     return sdfg_report_failure(context);
// CHECK: /* within */
// CHECK-NEXT: const struct main_values values = {x, y};
// CHECK-NEXT: sdfg_team_run(context->team, main_part, &values, n);

// A private program: hidden, without what it does not use.
// CHECK: /* scaling */
// CHECK-NEXT: void main_scale(const float *restrict a, float *restrict b, int64_t N)
sdfg.sdfg private @scale [N, unused] (in "a" %a: !sdfg.array<[N, 8] x f32>, in "unused" %u: !sdfg.array<[N] x f32>, out "b" %b: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @scaling {
    sdfg.map [i = 0:N, j = 0:8] {
      sdfg.tasklet (%v = %a[i, j]) -> (%b[i, j]) {
        %two = arith.constant 2.0 : f32
        %0 = arith.mulf %v, %two : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// It returns nothing: a failure stays in the context.
// CHECK: static void main_pick_points(sdfg_context *context,
// CHECK: sdfg_check_failed(context,
// CHECK: void main_pick(sdfg_context *context,
// CHECK: if (context->failure != NULL) {
// CHECK-NEXT:     return;
sdfg.sdfg private @pick [N] (in "a" %a: !sdfg.array<[N, 8] x f32>, inout "b" %b: !sdfg.array<[N, 8] x f32>, in "k" %k: !sdfg.array<[N] x i64>) {
  sdfg.state @picking {
    sdfg.map [i = 0:N] schedule(parallel) {
      sdfg.tasklet (%v: !sdfg.array<[N, 8] x f32> = %a[0:N, 0:8] volume 1, %at = %k[i]) -> (%b[i, 0] wcr max) {
        %zero = arith.constant 0 : index
        %n = sdfg.index N
        %row = arith.index_cast %at : i64 to index
        %inside = arith.cmpi ult, %row, %n : index
        sdfg.assert %inside, "index out of bounds"
        %0 = sdfg.load %v[%row, %zero] : !sdfg.array<[N, 8] x f32> -> f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// A part of a container, by an offset in its type.
// CHECK: void main_row(const float *restrict a, float *restrict b, int64_t i)
// CHECK-NEXT: {
// CHECK-NEXT: memcpy(&b[i * 8], &a[i * 8], 32);
sdfg.sdfg private @row [i] (in "a" %a: !sdfg.array<[8] x f32, offset 8 * i>, out "b" %b: !sdfg.array<[8] x f32, offset 8 * i>) {
  sdfg.state @moving {
    sdfg.copy %a[0:8] -> %b[0:8]
  }
}

// Nobody calls this one.
// CHECK-NOT: main_unused
// CHECK: /* file: main_parts.h */
// CHECK: __attribute__((visibility("hidden"))) void main_scale(
sdfg.sdfg private @unused (out "a" %a: !sdfg.array<[] x f32>) {
}

sdfg.sdfg @main [n] (in "x" %x: !sdfg.array<[n, 8] x f32>, in "k" %k: !sdfg.array<[n] x i64>, out "y" %y: !sdfg.array<[n, 8] x f32>) {
  %t = sdfg.alloc "tmp" : !sdfg.array<[n, 8] x f32>
  %u = sdfg.alloc "u" : !sdfg.array<[n] x f32>
  sdfg.call @scale(%t, %u, %y) [N = n, unused = 3] attributes {label = "encoder.0"} loc("model.py":5:1)
  sdfg.call @scale(%y, %u, %t) [N = n, unused = 3] attributes {label = "encoder.0"} loc("model.py":5:1)
  sdfg.call @pick(%x, %y, %k) [N = n]
  sdfg.state @within {
    sdfg.map [i = 0:n] schedule(parallel) {
      %a = sdfg.view %x : !sdfg.array<[8] x f32, offset 8 * i>
      %b = sdfg.view %y : !sdfg.array<[8] x f32, offset 8 * i>
      sdfg.call @row(%a, %b) [i = i]
    }
  }
}
