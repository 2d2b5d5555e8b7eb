// RUN: sdfg-opt %s -p 'sdfg-stage{along=j}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-stage{along=j at=k only=all}' | filecheck %s --check-prefix=AT
// RUN: sdfg-opt %s -p 'sdfg-stage{along=j at=k only=all storage=stack}' | filecheck %s --check-prefix=STACK
// RUN: sdfg-opt %s -p 'sdfg-stage{along=j pad=4}' | filecheck %s --check-prefix=PAD
// RUN: sdfg-opt %s -p 'sdfg-stage{along=i only=reused}' | filecheck %s --check-prefix=REUSED
// RUN: sdfg-opt %s -p 'sdfg-stage{along=k only=all}' | filecheck %s --check-prefix=ALL

// B is read along k with stride 1 but along j with stride 8, and again for each i: a copy in the order of the loops, j last.
// CHECK:      %packed = sdfg.alloc "B_packed" : !sdfg.array<[K, 8] x f32> loc("model.py":4:1)
// CHECK-NEXT: sdfg.state @s {
// CHECK-NEXT:   sdfg.map [k = 0:K, j = 0:8] {
// CHECK-NEXT:     sdfg.tasklet (%[[V:.*]] loc({{.*}}) = %B[j, k]) -> (%packed[k, j]) {
// CHECK-NEXT:       sdfg.yield %[[V]] : f32 loc("model.py":4:1)
// CHECK-NEXT:     } loc("model.py":4:1)
// CHECK-NEXT:   } loc("model.py":4:1)
// CHECK-NEXT:   sdfg.map [i = 0:N, k = 0:K, j = 0:8] {
// CHECK-NEXT:     sdfg.tasklet (%a loc({{.*}}) = %A[i, k], %b loc({{.*}}) = %packed[k, j]) -> (%C[i, j] wcr sum) {

// The same before a loop, anew each time; the parameters of the copy have names of their own.
// AT:         sdfg.map [i = 0:N] {
// AT-NEXT:      %packed = sdfg.alloc "B_packed" : !sdfg.array<[K, 8] x f32>
// AT-NEXT:      sdfg.map [k_1 = 0:K, j_1 = 0:8] {
// AT-NEXT:        sdfg.tasklet (%{{.*}} = %B[j_1, k_1]) -> (%packed[k_1, j_1]) {
// AT:           sdfg.map [k = 0:K, j = 0:8] {
// AT-NEXT:        sdfg.tasklet (%a = %A[i, k], %b = %packed[k, j]) -> (%C[i, j] wcr sum) {
// STACK:        %packed = sdfg.alloc "B_packed" : !sdfg.array<[K, 8] x f32, stack>

// Rows of the copy are 12 elements apart, of which 8 are written and read.
// PAD:        %packed = sdfg.alloc "B_packed" : !sdfg.array<[K, 12] x f32>
// PAD:        sdfg.map [k = 0:K, j = 0:8] {
// PAD-NEXT:     sdfg.tasklet (%{{.*}} = %B[j, k]) -> (%packed[k, j]) {
// PAD:        sdfg.map [i = 0:N, k = 0:K, j = 0:8] {
// PAD-NEXT:     sdfg.tasklet (%a = %A[i, k], %b = %packed[k, j]) -> (%C[i, j] wcr sum) {

// What is read again, although it is contiguous; what moves with the loop, read again or not.
// REUSED:     %packed = sdfg.alloc "A_packed" : !sdfg.array<[K, N] x f32>
// REUSED-NOT: "B_packed"
// ALL:        %packed = sdfg.alloc "A_packed" : !sdfg.array<[N, K] x f32>
// ALL:        %packed_1 = sdfg.alloc "B_packed" : !sdfg.array<[8, K] x f32>
sdfg.sdfg @main [N, K] (in "A" %A: !sdfg.array<[N, K] x f32>, in "B" %B: !sdfg.array<[8, K] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, k = 0:K, j = 0:8] {
      sdfg.tasklet (%a = %A[i, k], %b = %B[j, k]) -> (%C[i, j] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      } loc("model.py":4:1)
    } loc("model.py":3:1)
  }
}
