// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -c %t/main.c -o %t/main.o

sdfg.sdfg @main (in "f" %f: !sdfg.array<[] x f32>, in "k" %k: !sdfg.array<[] x i8>, in "h" %h: !sdfg.array<[] x f16>, in "p" %p: !sdfg.array<[] x i1>, inout "F" %F: !sdfg.array<[6] x f32>, inout "K" %K: !sdfg.array<[9] x i8>, inout "H" %H: !sdfg.array<[2] x f16>, inout "P" %P: !sdfg.array<[4] x i1>) {
  // CHECK: /* floats */
  // CHECK: F[0] += a;
  // CHECK-NEXT: F[1] *= a;
  // CHECK-NEXT: F[2] = sdfg_minimum_f32(F[2], a);
  // CHECK-NEXT: F[3] = sdfg_maximum_f32(F[3], a);
  // CHECK-NEXT: F[4] = sdfg_minnum_f32(F[4], a);
  // CHECK-NEXT: F[5] = sdfg_maxnum_f32(F[5], a);
  sdfg.state @floats {
    sdfg.tasklet (%a = %f[]) -> (%F[0] wcr sum, %F[1] wcr product, %F[2] wcr min, %F[3] wcr max, %F[4] wcr minnum, %F[5] wcr maxnum) {
      sdfg.yield %a, %a, %a, %a, %a, %a : f32, f32, f32, f32, f32, f32
    }
  }
  // CHECK: /* integers */
  // CHECK: K[0] = sdfg_add_i8(K[0], a);
  // CHECK-NEXT: K[1] = sdfg_mul_i8(K[1], a);
  // CHECK-NEXT: K[2] = sdfg_min_i8(K[2], a);
  // CHECK-NEXT: K[3] = sdfg_max_i8(K[3], a);
  // CHECK-NEXT: K[4] = (int8_t)sdfg_min_u8((uint8_t)K[4], (uint8_t)a);
  // CHECK-NEXT: K[5] = (int8_t)sdfg_max_u8((uint8_t)K[5], (uint8_t)a);
  // CHECK-NEXT: K[6] &= a;
  // CHECK-NEXT: K[7] |= a;
  // CHECK-NEXT: K[8] ^= a;
  sdfg.state @integers {
    sdfg.tasklet (%a = %k[]) -> (%K[0] wcr sum, %K[1] wcr product, %K[2] wcr min, %K[3] wcr max, %K[4] wcr minui, %K[5] wcr maxui, %K[6] wcr and, %K[7] wcr or, %K[8] wcr xor) {
      sdfg.yield %a, %a, %a, %a, %a, %a, %a, %a, %a : i8, i8, i8, i8, i8, i8, i8, i8, i8
    }
  }
  // CHECK: /* halves */
  // CHECK: H[0] = sdfg_f16_from_f32(sdfg_f32_from_f16(H[0]) + a);
  // CHECK-NEXT: H[1] = sdfg_f16_from_f32(sdfg_maximum_f32(sdfg_f32_from_f16(H[1]), a));
  sdfg.state @halves {
    sdfg.tasklet (%a = %h[]) -> (%H[0] wcr sum, %H[1] wcr max) {
      sdfg.yield %a, %a : f16, f16
    }
  }
  // One bit is 0 or -1: the smaller one is set where either is.
  // CHECK: /* bits */
  // CHECK: P[0] = P[0] ^ a;
  // CHECK-NEXT: P[1] = P[1] | a;
  // CHECK-NEXT: P[2] = P[2] & a;
  // CHECK-NEXT: P[3] |= a;
  sdfg.state @bits {
    sdfg.tasklet (%a = %p[]) -> (%P[0] wcr sum, %P[1] wcr min, %P[2] wcr max, %P[3] wcr or) {
      sdfg.yield %a, %a, %a, %a : i1, i1, i1, i1
    }
  }
}
