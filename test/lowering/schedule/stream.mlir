// RUN: sdfg-opt %s --sdfg-stream | filecheck %s

// What registers and the stack hold stays where it is.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[8 * N] x f32>, out "B" %B: !sdfg.array<[8 * N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %t = sdfg.alloc : !sdfg.array<[8] x f32, stack>
      sdfg.tasklet (%a: vector<8xf32> = %A[8 * i:8 * i + 8]) -> (%t[0:8]) { sdfg.yield %a : vector<8xf32> }
      sdfg.tasklet (%a: vector<8xf32> = %t[0:8]) -> (%B[8 * i:8 * i + 8]) { sdfg.yield %a : vector<8xf32> }
    }
  }
}
// CHECK: -> (%t[0:8]) {
// CHECK: -> (%B[8 * i:8 * i + 8]) nontemporal {
