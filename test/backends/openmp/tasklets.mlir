// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, in "k" %k: !sdfg.array<[N] x i64>, in "h" %h: !sdfg.array<[N] x f16>, in "b" %b: !sdfg.array<[N] x i1>, in "table" %table: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N] x f32>, inout "z" %z: !sdfg.array<[N] x f32>, out "g" %g: !sdfg.array<[N] x f16>, inout "bins" %bins: !sdfg.array<[16] x i32>) {
  // What is short and used once stays where it is used; what is long or used again gets a name.
  // CHECK: /* short */
  // CHECK: y[i] = __builtin_sqrtf(x[i] * x[i] + 1.0f)
  // CHECK: /* used_again */
  // CHECK: const float a = x[i];
  // CHECK-NEXT: y[i] = a * a;
  sdfg.state @short {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i], %c = %x[i]) -> (%y[i]) {
        %one = arith.constant 1.0 : f32
        %0 = arith.mulf %a, %c : f32
        %1 = arith.addf %0, %one : f32
        %2 = math.sqrt %1 : f32
        sdfg.yield %2 : f32
      }
    }
  }
  sdfg.state @used_again {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        %0 = arith.mulf %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
  }
  // All results are computed before the first is written.
  // CHECK: /* two_results */
  // CHECK: const float c = z[i];
  // CHECK-NEXT: const float a = y[i];
  // CHECK-NEXT: y[i] = c;
  // CHECK-NEXT: z[i] = a;
  sdfg.state @two_results {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %y[i], %c = %z[i]) -> (%y[i], %z[i]) { sdfg.yield %c, %a : f32, f32 }
    }
  }
  // 16-bit floats are computed as float and rounded after each operation.
  // CHECK: /* half */
  // CHECK: g[i] = sdfg_f16_from_f32(sdfg_f32_from_f16(h[i]) + 1.0f);
  sdfg.state @half {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %h[i]) -> (%g[i]) {
        %one = arith.constant 1.0 : f16
        %0 = arith.addf %a, %one : f16
        sdfg.yield %0 : f16
      }
    }
  }
  // A computation that nothing uses is left out.
  // CHECK: /* choose */
  // CHECK: y[i] = b[i] ? x[i] : 0.1f;
  sdfg.state @choose {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%p = %b[i], %a = %x[i]) -> (%y[i]) {
        %0 = arith.constant 1.000000e-01 : f32
        %unused = math.exp %a : f32
        %1 = arith.select %p, %a, %0 : f32
        sdfg.yield %1 : f32
      }
    }
  }
  // A gather with a check: the message names the place.
  // CHECK: /* gather */
  // CHECK: const int64_t at = k[i];
  // CHECK-NEXT: if ((uint64_t)at < (uint64_t)N) {
  // CHECK-NEXT:     y[i] = table[at * 4 + 3];
  // CHECK-NEXT: } else {
  // CHECK-NEXT:     sdfg_check_failed(context, "model.py:7:3: index out of bounds");
  // CHECK: if (context->failure != NULL) {
  // CHECK-NEXT:     return sdfg_report_failure(context);
  sdfg.state @gather {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%row = %k[i], %t: !sdfg.array<[N, 4] x f32> = %table[0:N, 0:4] volume 1) -> (%y[i]) {
        %three = arith.constant 3 : index
        %size = sdfg.index N
        %at = arith.index_cast %row : i64 to index
        %inside = arith.cmpi ult, %at, %size : index
        sdfg.assert %inside, "index out of bounds"
        %0 = sdfg.load %t[%at, %three] : !sdfg.array<[N, 4] x f32> -> f32
        sdfg.yield %0 : f32
      } loc("model.py":7:3)
    }
  }
  // A scatter that combines.
  // CHECK: /* scatter */
  // CHECK: bins[t] = sdfg_add_i32(bins[t], 1);
  sdfg.state @scatter {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %k[i]) -> (store %o: !sdfg.array<[16] x i32> = %bins[0:16] volume 1 wcr sum) {
        %one = arith.constant 1 : i32
        %low = arith.constant 15 : i64
        %0 = arith.andi %a, %low : i64
        %1 = arith.index_cast %0 : i64 to index
        sdfg.store %one, %o[%1] : i32, !sdfg.array<[16] x i32>
        sdfg.yield
      }
    }
  }
}
