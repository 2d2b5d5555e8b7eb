// RUN: sdfg-opt %s --sdfg-transpose='loops=m,n' | filecheck %s

// Rows are loaded as vectors; two rounds of shuffles turn a square of four around.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, out "B" %B: !sdfg.array<[8, N] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:N floordiv 4] { sdfg.map [n = 0:4, m = 0:4] {
      sdfg.tasklet (%a = %A[4 * o + n, m]) -> (%B[m, 4 * o + n]) { %0 = arith.negf %a : f32 sdfg.yield %0 : f32 }
    } }
  }
}
// CHECK:        sdfg.state @s {
// CHECK-NEXT:     sdfg.map [o = 0:N floordiv 4] {
// CHECK-NEXT:       %square = sdfg.alloc "square" : !sdfg.array<[4, 4] x f32, stack>
// CHECK-NEXT:       sdfg.tasklet (%0: vector<4xf32> = %A[4 * o, 0:4], %1: vector<4xf32> = %A[4 * o + 1, 0:4], %2: vector<4xf32> = %A[4 * o + 2, 0:4], %3: vector<4xf32> = %A[4 * o + 3, 0:4]) -> (%square[0, 0:4], %square[1, 0:4], %square[2, 0:4], %square[3, 0:4]) {
// CHECK-NEXT:         %4 = vector.shuffle %0, %2 [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %5 = vector.shuffle %0, %2 [2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %6 = vector.shuffle %1, %3 [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %7 = vector.shuffle %1, %3 [2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %8 = vector.shuffle %4, %6 [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %9 = vector.shuffle %4, %6 [2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %10 = vector.shuffle %5, %7 [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         %11 = vector.shuffle %5, %7 [2, 6, 3, 7] : vector<4xf32>, vector<4xf32>
// CHECK-NEXT:         sdfg.yield %8, %9, %10, %11 : vector<4xf32>, vector<4xf32>, vector<4xf32>, vector<4xf32>
// CHECK:            sdfg.map [m = 0:4, n = 0:4] {
// CHECK-NEXT:         sdfg.tasklet (%a = %square[m, n]) -> (%B[m, 4 * o + n]) {
// CHECK-NEXT:           %0 = arith.negf %a : f32
// CHECK-NEXT:           sdfg.yield %0 : f32
