// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// A product of matrices: tiles of 4 rows by 2 vectors of 8 lanes, the constant operand packed; what was done is written on it.
sdfg.sdfg @matmul (in "A" %A: !sdfg.array<[8, 96] x f32>, out "C" %C: !sdfg.array<[8, 32] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[96, 32] x f32>
  sdfg.state @mm {
    sdfg.map [i0 = 0:8, i1 = 0:32] {
      sdfg.tasklet () -> (%C[i0, i1]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[i0, r0], %b = %B[r0, i1]) -> (%C[i0, i1] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
// CHECK:       %[[P:.*]] = sdfg.alloc "B_packed" : !sdfg.array<[2, 96, 2, 8] x f32>
// CHECK:       sdfg.state @mm {
// CHECK-NEXT:    sdfg.map [block = 0:2, k = 0:96, vec = 0:2, column = 0:8] {
// CHECK-NEXT:      sdfg.tasklet (%{{.*}} = %B[k, 16 * block + 8 * vec + column]) -> (%[[P]][block, k, vec, column]) {
// CHECK:         sdfg.map [block = 0:2, band = 0:2] attributes {recipe = "contraction", knobs = {vectors = 2 : i64, rows = 4 : i64, ahead = 64 : i64}} {
// CHECK-NEXT:      %[[ACC:.*]] = sdfg.alloc "acc" : !sdfg.array<[4, 2] x vector<8xf32>, register>
// CHECK-NEXT:      sdfg.map [line = 0:4, vec = 0:2] schedule(unroll) {
// CHECK:           sdfg.for [k = 0:96] {
// CHECK-NEXT:        %[[B:.*]] = sdfg.alloc "b" : !sdfg.array<[2] x vector<8xf32>, register>
// CHECK-NEXT:        sdfg.map [vec = 0:2] schedule(unroll) {
// CHECK-NEXT:          sdfg.tasklet (%{{.*}}: vector<8xf32> = %[[P]][block, k, vec, 0:8]) -> (%[[B]][vec]) {
// CHECK:             sdfg.map [line = 0:4] schedule(unroll) {
// CHECK-NEXT:          %[[A:.*]] = sdfg.alloc "a" : !sdfg.array<[] x vector<8xf32>, register>
// CHECK-NEXT:          sdfg.tasklet (%[[S:.*]] = %A[4 * band + line, k]) -> (%[[A]][]) {
// CHECK-NEXT:            vector.broadcast %[[S]] : f32 to vector<8xf32>
// CHECK:               sdfg.map [vec = 0:2] schedule(unroll) {
// CHECK-NEXT:            sdfg.tasklet (%[[X:.*]] = %[[A]][], %[[Y:.*]] = %[[B]][vec], %[[OLD:.*]] = %[[ACC]][line, vec]) -> (%[[ACC]][line, vec]) {
// CHECK-NEXT:              math.fma %[[X]], %[[Y]], %[[OLD]] : vector<8xf32>
// CHECK:           sdfg.tasklet (%[[V:.*]] = %[[ACC]][line, vec]) -> (%C[4 * band + line, 16 * block + 8 * vec:16 * block + 8 * vec + 8]) {
