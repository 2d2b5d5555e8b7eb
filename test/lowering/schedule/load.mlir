// RUN: sdfg-opt %s -p 'sdfg-load{loops=i,v}' --print-debuginfo | filecheck %s

// B does not move with i, A not with v: each is read once for all that use it. What the tasklet writes stays where it is.
// CHECK:      sdfg.map [g = 0:4] {
// CHECK-NEXT:   %[[BS:.*]] = sdfg.alloc "b" : !sdfg.array<[2] x vector<8xf32>, register> loc("model.py":4:1)
// CHECK-NEXT:   sdfg.map [v = 0:2] {
// CHECK-NEXT:     sdfg.tasklet (%[[B:.*]]: vector<8xf32> loc({{.*}}) = %B[g, 8 * v:8 * v + 8]) -> (%[[BS]][v]) {
// CHECK:          } loc("model.py":4:1)
// CHECK-NEXT:   } loc("model.py":4:1)
// CHECK-NEXT:   sdfg.map [i = 0:4] {
// CHECK-NEXT:     %[[AS:.*]] = sdfg.alloc "a" : !sdfg.array<[] x vector<8xf32>, register> loc("model.py":4:1)
// CHECK-NEXT:     sdfg.tasklet (%[[A:.*]] loc({{.*}}) = %A[g, i]) -> (%[[AS]][]) {
// CHECK-NEXT:       %[[W:.*]] = vector.broadcast %[[A]] : f32 to vector<8xf32> loc("model.py":4:1)
// CHECK-NEXT:       sdfg.yield %[[W]] : vector<8xf32> loc("model.py":4:1)
// CHECK:          sdfg.map [v = 0:2] {
// CHECK-NEXT:       sdfg.tasklet (%[[X:.*]] loc({{.*}}) = %[[AS]][], %[[Y:.*]] loc({{.*}}) = %[[BS]][v], %c: vector<8xf32> loc({{.*}}) = %C[g, i, 8 * v:8 * v + 8]) -> (%C[g, i, 8 * v:8 * v + 8]) {
// CHECK-NEXT:         math.fma %[[X]], %[[Y]], %c : vector<8xf32>
sdfg.sdfg @main (in "A" %A: !sdfg.array<[4, 4] x f32>, in "B" %B: !sdfg.array<[4, 16] x f32>, inout "C" %C: !sdfg.array<[4, 4, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [g = 0:4] {
      sdfg.map [i = 0:4, v = 0:2] {
        sdfg.tasklet (%a = %A[g, i], %b: vector<8xf32> = %B[g, 8 * v:8 * v + 8], %c: vector<8xf32> = %C[g, i, 8 * v:8 * v + 8]) -> (%C[g, i, 8 * v:8 * v + 8]) {
          %0 = vector.broadcast %a : f32 to vector<8xf32>
          %1 = math.fma %0, %b, %c : vector<8xf32>
          sdfg.yield %1 : vector<8xf32>
        } loc("model.py":4:1)
      }
    } loc("model.py":3:1)
  }
}
