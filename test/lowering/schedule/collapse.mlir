// RUN: sdfg-opt %s --sdfg-collapse | filecheck %s

// The inner two loops run over rows of 32 numbers; along the outer one the bias moves alone.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8, 4] x f32>, in "c" %c: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N, 8, 4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:8, k = 0:4] {
      sdfg.tasklet (%a = %A[i, j, k], %b = %c[i]) -> (%B[i, j, k]) { %0 = arith.addf %a, %b : f32 sdfg.yield %0 : f32 }
    }
  }
}
// CHECK:        %A_1 = sdfg.view %A : !sdfg.array<[N, 32] x f32>
// CHECK-NEXT:   %B_1 = sdfg.view %B : !sdfg.array<[N, 32] x f32>
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i = 0:N, k = 0:32] {
// CHECK-NEXT:       sdfg.tasklet (%a = %A_1[i, k], %b = %c[i]) -> (%B_1[i, k]) {
// CHECK-NEXT:         %0 = arith.addf %a, %b : f32
// CHECK-NEXT:         sdfg.yield %0 : f32
