// RUN: sdfg-opt %s -t openmp-c | filecheck %s
// RUN: sdfg-opt %s -t 'openmp-c{folder="%t"}'
// RUN: cc -std=gnu11 -O2 -fopenmp -Wall -Wextra -Werror -Wno-psabi -c %t/main.c -o %t/main.o

sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 32] x f32>, in "b" %mask: !sdfg.array<[8] x i1>, in "h" %h: !sdfg.array<[8] x bf16>, out "y" %y: !sdfg.array<[N, 32] x f32>, inout "p" %p: !sdfg.array<[8] x i1>, out "s" %s: !sdfg.array<[N] x f32>) {
  // A fused multiply-add on vectors; accumulators are variables that begin with their first value.
  // CHECK: /* product */
  // CHECK: f32x8 acc_0 = (f32x8){0};
  // CHECK-NEXT: f32x8 acc_8 = (f32x8){0};
  // CHECK-NEXT: for (int64_t i = 0; i < N; ++i) {
  // CHECK-NEXT:     acc_0 = sdfg_fma_f32x8(*(const f32x8_u *)&x[i * 32], SDFG_BROADCAST(f32x8, x[i * 32]),
  // CHECK-NEXT:         acc_0);
  // CHECK-NEXT:     acc_8 = sdfg_fma_f32x8(*(const f32x8_u *)&x[i * 32 + 8],
  // CHECK-NEXT:         SDFG_BROADCAST(f32x8, x[i * 32]), acc_8);
  // CHECK-NEXT: }
  // CHECK-NEXT: *(f32x8_u *)&y[0] = acc_0;
  // CHECK-NEXT: *(f32x8_u *)&y[8] = acc_8;
  sdfg.state @product {
    %acc = sdfg.alloc "acc" : !sdfg.array<[2] x vector<8xf32>, strides [8], register>
    sdfg.map [r = 0:2] schedule(unroll) {
      sdfg.tasklet () -> (%acc[r]) {
        %0 = arith.constant dense<0.0> : vector<8xf32>
        sdfg.yield %0 : vector<8xf32>
      }
    }
    sdfg.for [i = 0:N] {
      sdfg.map [r = 0:2] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %x[i, 8 * r:8 * r + 8], %b = %x[i, 0], %c = %acc[r]) -> (%acc[r]) {
          %0 = vector.broadcast %b : f32 to vector<8xf32>
          %1 = math.fma %a, %0, %c : vector<8xf32>
          sdfg.yield %1 : vector<8xf32>
        }
      }
    }
    sdfg.map [r = 0:2] schedule(unroll) {
      sdfg.tasklet (%a = %acc[r]) -> (%y[0, 8 * r:8 * r + 8]) { sdfg.yield %a : vector<8xf32> }
    }
  }
  // What the runtime has for whole vectors.
  // CHECK: /* whole */
  // CHECK-NEXT: *(f32x4_u *)&y[0] = sdfg_maximum_f32x4((f32x4){0}, *(const f32x4_u *)&x[0]);
  sdfg.state @whole {
    sdfg.tasklet (%a: vector<4xf32> = %x[0, 0:4]) -> (%y[0, 0:4]) {
      %zero = arith.constant dense<0.0> : vector<4xf32>
      %0 = arith.maximumf %a, %zero : vector<4xf32>
      sdfg.yield %0 : vector<4xf32>
    }
  }
  // Lane by lane: functions. Vectors of i1 have lanes of 0 and 1 in 8 bits.
  // CHECK: /* lanes */
  // CHECK: const f32x8 a = *(const f32x8_u *)&x[0];
  // CHECK-NEXT: f32x8 e;
  // CHECK-NEXT: #pragma omp simd
  // CHECK-NEXT: for (int lane = 0; lane < 8; ++lane) {
  // CHECK-NEXT:     e[lane] = sdfg_exp_f32(a[lane]);
  // CHECK-NEXT: }
  // CHECK: t[lane] = sdfg_pow_f32(e[lane], a[lane]);
  // CHECK: const i8x8 both = *(const i8x8_u *)&b[0] & *(const i8x8_u *)&p[0];
  // CHECK-NEXT: *(f32x8_u *)&y[0] = t;
  // CHECK-NEXT: *(i8x8_u *)&p[0] = both;
  sdfg.state @lanes {
    sdfg.tasklet (%a: vector<8xf32> = %x[0, 0:8], %c: vector<8xi1> = %mask[0:8], %d: vector<8xi1> = %p[0:8]) -> (%y[0, 0:8], %p[0:8]) {
      %e = math.exp %a : vector<8xf32>
      %0 = math.powf %e, %a : vector<8xf32>
      %both = arith.andi %c, %d : vector<8xi1>
      sdfg.yield %0, %both : vector<8xf32>, vector<8xi1>
    }
  }
  // Elements that lie apart, or are stored in another format, are gathered.
  // CHECK: /* apart */
  // CHECK: {x[1], x[33], x[65], x[97]}
  // CHECK: y[2] = lanes[0];
  // CHECK-NEXT: y[4] = lanes[1];
  // CHECK-NEXT: y[6] = lanes[2];
  // CHECK-NEXT: y[8] = lanes[3];
  sdfg.state @apart {
    sdfg.tasklet (%a: vector<4xf32> = %x[0:4, 1]) -> (%y[0, 2:10:2]) { sdfg.yield %a : vector<4xf32> }
  }
  // Every other element: two vectors that overlap, so that nothing is read behind the last one.
  // CHECK: /* other */
  // CHECK: SDFG_SHUFFLE(*(const f32x8_u *)&x[3], *(const f32x8_u *)(&x[11] - 1), 0, 2,
  // CHECK-NEXT: 4, 6, 9, 11, 13, 15);
  sdfg.state @other {
    sdfg.tasklet (%a: vector<8xf32> = %x[0, 3:19:2]) -> (%y[0, 0:8]) { sdfg.yield %a : vector<8xf32> }
  }
  // CHECK: /* half */
  // CHECK: sdfg_f32_from_bf16(h[0]), sdfg_f32_from_bf16(h[1])
  sdfg.state @half {
    sdfg.tasklet (%a: vector<8xbf16> = %h[0:8]) -> (%y[1, 0:8]) {
      %0 = arith.extf %a : vector<8xbf16> to vector<8xf32>
      sdfg.yield %0 : vector<8xf32>
    }
  }
  // All lanes as one, and a conflict resolution on a whole vector.
  // CHECK: /* total */
  // CHECK: s[i] = a[0] + a[1] + a[2] + a[3];
  // CHECK: *(f32x4_u *)&y[i * 32] += a;
  sdfg.state @total {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a: vector<4xf32> = %x[i, 0:4]) -> (%s[i]) {
        %0 = vector.reduction <add>, %a : vector<4xf32> into f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%a: vector<4xf32> = %x[i, 0:4]) -> (%y[i, 0:4] wcr sum, %y[i, 4:8]) {
        sdfg.yield %a, %a : vector<4xf32>, vector<4xf32>
      }
    }
  }
  // CHECK: /* shuffled */
  // CHECK: *(f32x4_u *)&y[0] = SDFG_SHUFFLE(a, b_2, 0, 4, 1, 5);
  sdfg.state @shuffled {
    sdfg.tasklet (%a: vector<4xf32> = %x[0, 0:4], %b: vector<4xf32> = %x[0, 4:8]) -> (%y[0, 0:4]) {
      %0 = vector.shuffle %a, %b [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
      sdfg.yield %0 : vector<4xf32>
    }
  }
  // In any order: halves.
  // CHECK: /* halves */
  // CHECK: f32x4 half;
  // CHECK-NEXT: #pragma omp simd
  // CHECK-NEXT: for (int lane = 0; lane < 4; ++lane) {
  // CHECK-NEXT:     half[lane] = sdfg_maximum_f32(a[lane], a[lane + 4]);
  // CHECK-NEXT: }
  // CHECK-NEXT: f32x2 half_2;
  // CHECK-NEXT: #pragma omp simd
  // CHECK-NEXT: for (int lane = 0; lane < 2; ++lane) {
  // CHECK-NEXT:     half_2[lane] = sdfg_maximum_f32(half[lane], half[lane + 2]);
  // CHECK-NEXT: }
  // CHECK-NEXT: s[0] = sdfg_maximum_f32(half_2[0], half_2[1]);
  sdfg.state @halves {
    sdfg.tasklet (%a: vector<8xf32> = %x[0, 0:8]) -> (%s[0]) {
      %0 = vector.reduction <maximumf>, %a fastmath<reassoc> : vector<8xf32> into f32
      sdfg.yield %0 : f32
    }
  }
}
// CHECK: typedef float f32x8 __attribute__((vector_size(32)));
// CHECK-NEXT: typedef float f32x8_u __attribute__((vector_size(32), aligned(4), may_alias));
