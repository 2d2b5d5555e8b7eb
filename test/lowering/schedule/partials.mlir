// RUN: sdfg-opt %s --sdfg-partials='loops=v,c' | filecheck %s

// Two results of one loop: each iteration of the inner loops has a part of its own.
sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K, 16] x f32>, inout "S" %S: !sdfg.array<[1] x f32>, inout "M" %M: !sdfg.array<[1] x f32>, out "B" %B: !sdfg.array<[K, 16] x f32>) {
  sdfg.state @two {
    sdfg.map [o = 0:K] {
      sdfg.map [v = 0:2] {
        sdfg.map [c = 0:8] {
          sdfg.tasklet (%a = %A[o, 8 * v + c]) -> (%S[0] wcr sum, %M[0] wcr maxnum, %B[o, 8 * v + c]) {
            %0 = arith.mulf %a, %a : f32
            sdfg.yield %0, %a, %0 : f32, f32, f32
          }
        }
      }
    }
  }
}
// CHECK:       %acc = sdfg.alloc "acc" : !sdfg.array<[2, 8] x f32, register>
// CHECK-NEXT:  sdfg.map [v = 0:2, c = 0:8] {
// CHECK-NEXT:    sdfg.tasklet () -> (%acc[v, c]) {
// CHECK-NEXT:      arith.constant -0.000000e+00 : f32
// CHECK:       %acc_1 = sdfg.alloc
// CHECK:           arith.constant 0x7fc00000 : f32
// CHECK:       sdfg.for [o = 0:K] {
// CHECK-NEXT:    sdfg.map [v = 0:2, c = 0:8] {
// CHECK-NEXT:      sdfg.tasklet (%a = %A[o, 8 * v + c], %[[S:.*]] = %acc[v, c], %[[M:.*]] = %acc_1[v, c]) -> (%acc[v, c], %acc_1[v, c], %B[o, 8 * v + c]) {
// CHECK-NEXT:        %[[B:.*]] = arith.mulf %a, %a : f32
// CHECK-NEXT:        %[[S2:.*]] = math.fma %a, %a, %[[S]] : f32
// CHECK-NEXT:        %[[M2:.*]] = arith.maxnumf %[[M]], %a : f32
// CHECK-NEXT:        sdfg.yield %[[S2]], %[[M2]], %[[B]] : f32, f32, f32
// CHECK:       sdfg.map [c = 0:8] {
// CHECK-NEXT:    sdfg.tasklet (%[[A0:.*]] = %acc[0, c], %[[A1:.*]] = %acc[1, c]) -> (%S[0] wcr sum) {
// CHECK-NEXT:      arith.addf %[[A0]], %[[A1]] : f32
// CHECK:       sdfg.map [c = 0:8] {
// CHECK-NEXT:    sdfg.tasklet ({{.*}}) -> (%M[0] wcr maxnum) {
