// RUN: sdfg-opt %s -p sdfg-fuse-tasklets | filecheck %s

// A chain through registers becomes one tasklet; inputs and computations are there once.
// CHECK-LABEL: @chain
// CHECK-NOT: sdfg.alloc
// CHECK: sdfg.map [i = 0:N] {
// CHECK-NEXT: sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
// CHECK-NEXT:   [[E:%.+]] = math.exp %a : f32
// CHECK-NEXT:   [[S:%.+]] = arith.addf [[E]], %a : f32
// CHECK-NEXT:   [[P:%.+]] = arith.mulf [[E]], [[S]] : f32
// CHECK-NEXT:   sdfg.yield [[P]] : f32
// CHECK-NEXT: }
// CHECK-NEXT: }
sdfg.sdfg @chain [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      %t = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%a = %x[i]) -> (%s[]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%a = %s[], %b = %x[i]) -> (%t[]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%a = %t[], %b = %x[i]) -> (%y[i]) {
        %0 = math.exp %b : f32
        %1 = arith.mulf %0, %a : f32
        sdfg.yield %1 : f32
      }
    }
  }
}

// The store stays where others read it, the value is handed over.
// CHECK-LABEL: @store
// CHECK: sdfg.tasklet (%a = %x[i]) -> (%t[i], %y[i]) {
// CHECK-NEXT:   [[E:%.+]] = math.exp %a : f32
// CHECK-NEXT:   [[N:%.+]] = arith.negf [[E]] : f32
// CHECK-NEXT:   sdfg.yield [[E]], [[N]] : f32, f32
sdfg.sdfg @store [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>, out "t" %t: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        %0 = arith.negf %a : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// A reduction stands between the two that touch the register: three nodes stay. Another element of
// the same container may be the same: both tasklets stay.
// CHECK-LABEL: @kept
// CHECK-COUNT-5: sdfg.tasklet
sdfg.sdfg @kept [N, k] (in "x" %x: !sdfg.array<[N] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%s[]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:N] {
        sdfg.tasklet (%a = %x[r]) -> (%s[] wcr sum) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %s[]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.tasklet (%a = %x[0]) -> (%y[0]) {
      sdfg.yield %a : f32
    }
    sdfg.tasklet (%a = %y[0], %b = %y[k]) -> (%y[1]) {
      %0 = arith.addf %a, %b : f32
      sdfg.yield %0 : f32
    }
  }
}
