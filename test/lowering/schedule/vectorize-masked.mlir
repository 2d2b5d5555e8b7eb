// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=8 into=v masked=true}' | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=8 into=v masked=true}' -t openmp-c | filecheck %s --check-prefix=C

// CHECK-LABEL: sdfg.sdfg @main
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[2, 11] x f32>, in "w" %w: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[2, 11] x f32>, inout "z" %z: !sdfg.array<[N] x f32>, inout "s" %s: !sdfg.array<[2] x f32>) {

  // Three lanes of the last vector are iterations.
  // CHECK:      sdfg.map [r = 0:2] {
  // CHECK-NEXT:   sdfg.tasklet (%a: vector<8xf32> = %x[r, 0:8]) -> (%y[r, 0:8]) {
  // CHECK:        sdfg.tasklet (%a: vector<8xf32> = %x[r, 8:11]) -> (%y[r, 8:11]) {
  // C: /* constant */
  // C: sdfg_store_first_f32x8(&y[r * 11 + 8], -sdfg_load_first_f32x8(&x[r * 11 + 8], 3), 3);
  sdfg.state @constant {
    sdfg.map [r = 0:2, i = 0:11] {
      sdfg.tasklet (%a = %x[r, i]) -> (%y[r, i]) {
        %0 = arith.negf %a : f32
        sdfg.yield %0 : f32
      }
    }
  }

  // A number that is known at run time, in place.
  // CHECK:      sdfg.map [v = 0:N floordiv 8] {
  // CHECK-NEXT:   sdfg.tasklet (%a: vector<8xf32> = %w[8 * v:8 * v + 8], %b: vector<8xf32> = %z[8 * v:8 * v + 8]) -> (%z[8 * v:8 * v + 8]) {
  // CHECK:      sdfg.map [v = N floordiv 8:(N + 7) floordiv 8] {
  // CHECK-NEXT:   sdfg.tasklet (%a: vector<8xf32> = %w[8 * v:8 * v + N mod 8], %b: vector<8xf32> = %z[8 * v:8 * v + N mod 8]) -> (%z[8 * v:8 * v + N mod 8]) {
  // C: /* symbol */
  // C: sdfg_load_first_f32x8(&w[v * 8], sdfg_floormod(N, 8))
  sdfg.state @symbol {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %w[i], %b = %z[i]) -> (%z[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }

  // What is no iteration takes part as a number that changes nothing.
  // CHECK:      sdfg.tasklet (%a: vector<8xf32> = %x[r, 8:11]) -> (%s[r] wcr max) {
  // CHECK-NEXT:   %[[E:.*]] = math.exp %a
  // CHECK-NEXT:   %[[N:.*]] = arith.constant dense<0xff800000> : vector<8xf32>
  // CHECK-NEXT:   %[[S:.*]] = vector.shuffle %[[E]], %[[N]] [0, 1, 2, 11, 12, 13, 14, 15] : vector<8xf32>, vector<8xf32>
  // CHECK-NEXT:   vector.reduction <maximumf>, %[[S]]
  sdfg.state @combined {
    sdfg.map [r = 0:2, i = 0:11] {
      sdfg.tasklet (%a = %x[r, i]) -> (%s[r] wcr max) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
  }

  // Registers have room for the lanes that are no iteration.
  // CHECK:      %acc = sdfg.alloc : !sdfg.array<[2] x vector<8xf32>, register>
  // CHECK:      sdfg.tasklet (%a: vector<8xf32> = %x[r, 8:11]) -> (%acc[1]) {
  // CHECK:      sdfg.tasklet (%a = %acc[1]) -> (%y[r, 8:11]) {
  sdfg.state @registers {
    sdfg.map [r = 0:2] {
      %acc = sdfg.alloc : !sdfg.array<[11] x f32, register>
      sdfg.map [i = 0:11] {
        sdfg.tasklet (%a = %x[r, i]) -> (%acc[i]) { sdfg.yield %a : f32 }
      }
      sdfg.map [i = 0:11] {
        sdfg.tasklet (%a = %acc[i]) -> (%y[r, i]) { sdfg.yield %a : f32 }
      }
    }
  }
}
