// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8] x f32>, in "lengths" %lengths: !sdfg.array<[4] x i32>, out "y" %y: !sdfg.array<[N, 8] x f32>) {
  // CHECK: for (int64_t t = 1; t < N; t += 2) {
  // CHECK-NEXT: /* step */
  // CHECK-NEXT: memcpy(&y[t * 8], &x[t * 8 - 8], 32);
  sdfg.for [t = 1:N:2] {
    sdfg.state @step {
      sdfg.copy %x[t - 1, 0:8] -> %y[t, 0:8]
    }
  }
  // One iteration is no loop.
  // CHECK: /* once */
  // CHECK-NEXT: memcpy(&y[24], &x[24], 32);
  sdfg.for [u = 3:4] {
    sdfg.state @once {
      sdfg.copy %x[u, 0:8] -> %y[u, 0:8]
    }
  }
  // CHECK: int64_t n = (int64_t)lengths[3];
  // CHECK-NEXT: int64_t m = sdfg_floordiv(n, 2) + 1;
  // CHECK-NEXT: while (n != 7 && m > 0) {
  // CHECK-NEXT:     m = m - 1;
  // CHECK-NEXT:     if (m == 4 || N >= 5) {
  // CHECK-NEXT:         /* then */
  // CHECK:          } else {
  // CHECK-NEXT:         /* otherwise */
  sdfg.read_symbol n = %lengths[3]
  sdfg.assign m = n floordiv 2 + 1
  sdfg.while m > 0 and n ne 7 {
    sdfg.assign m = m - 1
    sdfg.if m == 4 or not (N < 5) {
      sdfg.state @then {
        sdfg.copy %x[0, 0:8] -> %y[0, 0:8]
      }
    } else {
      sdfg.state @otherwise {
        sdfg.copy %x[1, 0:8] -> %y[0, 0:8]
      }
    }
  }
  // The bounds of a loop are those from before it.
  // CHECK: const int64_t v_stop = m;
  // CHECK-NEXT: const int64_t v_step = 1;
  // CHECK-NEXT: for (int64_t v = 0; v < v_stop; v += v_step) {
  // CHECK-NEXT:     m = m - 1;
  sdfg.for [v = 0:m] {
    sdfg.assign m = m - 1
    sdfg.state @changing {
      sdfg.copy %x[v, 0:8] -> %y[v, 0:8]
    }
  }
  // A condition on numbers is decided here.
  // CHECK-NOT: if (
  // CHECK: /* even */
  // CHECK-NOT: /* odd */
  sdfg.if 4 mod 2 == 0 {
    sdfg.state @even {
      sdfg.copy %x[0, 0:8] -> %y[0, 0:8]
    }
  } else {
    sdfg.state @odd {
      sdfg.copy %x[1, 0:8] -> %y[0, 0:8]
    }
  }
}
