// RUN: sdfg-opt %s --sdfg-promote='lanes=8' | filecheck %s

// A container on the stack that tasklets use in whole vectors alone comes into registers.
sdfg.sdfg @vectors (in "A" %A: !sdfg.array<[4, 16] x f32>, out "B" %B: !sdfg.array<[4, 16] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:1] {
      %t = sdfg.alloc "t" : !sdfg.array<[4, 16] x f32, stack>
      sdfg.map [i = 0:4, v = 0:2] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %A[i, 8 * v:8 * v + 8]) -> (%t[i, 8 * v:8 * v + 8]) {
          sdfg.yield %a : vector<8xf32>
        }
      }
      sdfg.map [i = 0:4, v = 0:2] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %t[i, 8 * v:8 * v + 8]) -> (%B[i, 8 * v:8 * v + 8]) {
          %0 = arith.negf %a : vector<8xf32>
          sdfg.yield %0 : vector<8xf32>
        }
      }
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @vectors
// CHECK:         %[[T:.*]] = sdfg.alloc "t" : !sdfg.array<[4, 2] x vector<8xf32>, register>
// CHECK:         sdfg.tasklet (%{{.*}}: vector<8xf32> = %A[i, 8 * v:8 * v + 8]) -> (%[[T]][i, v]) {
// CHECK:         sdfg.tasklet (%a = %[[T]][i, v]) -> (%B[i, 8 * v:8 * v + 8]) {

// One that is used element by element as well stays where it is.
sdfg.sdfg @elements (in "A" %A: !sdfg.array<[16] x f32>, out "B" %B: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:1] {
      %t = sdfg.alloc "t" : !sdfg.array<[16] x f32, stack>
      sdfg.map [v = 0:2] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %A[8 * v:8 * v + 8]) -> (%t[8 * v:8 * v + 8]) {
          sdfg.yield %a : vector<8xf32>
        }
      }
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %t[i]) -> (%B[15 - i]) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @elements
// CHECK:         sdfg.alloc "t" : !sdfg.array<[16] x f32, stack>

// Vectors that do not begin at a multiple of their length have no register of their own.
sdfg.sdfg @shifted (in "A" %A: !sdfg.array<[8] x f32>, out "B" %B: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:1] {
      %t = sdfg.alloc "t" : !sdfg.array<[12] x f32, stack>
      sdfg.tasklet (%a: vector<8xf32> = %A[0:8]) -> (%t[4:12]) {
        sdfg.yield %a : vector<8xf32>
      }
      sdfg.tasklet (%a: vector<8xf32> = %t[4:12]) -> (%B[0:8]) {
        sdfg.yield %a : vector<8xf32>
      }
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @shifted
// CHECK:         sdfg.alloc "t" : !sdfg.array<[12] x f32, stack>

// One that is a copy of other registers is left out.
sdfg.sdfg @copy (in "A" %A: !sdfg.array<[4, 8] x f32>, out "B" %B: !sdfg.array<[4, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:1] {
      %acc = sdfg.alloc "acc" : !sdfg.array<[4] x vector<8xf32>, register>
      %t = sdfg.alloc "t" : !sdfg.array<[4, 8] x f32, stack>
      sdfg.map [i = 0:4] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %A[i, 0:8]) -> (%acc[i]) {
          sdfg.yield %a : vector<8xf32>
        }
      }
      sdfg.map [i = 0:4] schedule(unroll) {
        sdfg.tasklet (%a = %acc[i]) -> (%t[i, 0:8]) {
          sdfg.yield %a : vector<8xf32>
        }
      }
      sdfg.map [i = 0:4] schedule(unroll) {
        sdfg.tasklet (%a: vector<8xf32> = %t[i, 0:8]) -> (%B[i, 0:8]) {
          %0 = arith.negf %a : vector<8xf32>
          sdfg.yield %0 : vector<8xf32>
        }
      }
    }
  }
}
// CHECK-LABEL: sdfg.sdfg @copy
// CHECK-NOT:     "t"
// CHECK:         sdfg.tasklet (%a = %acc[i]) -> (%B[i, 0:8]) {
