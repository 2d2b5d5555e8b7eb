// RUN: sdfg-opt %s -p sdfg-hoist-constants | filecheck %s

// What reads only weights moves, with what it reads in between; the program sees a weight.
// CHECK: sdfg.sdfg private @main_constants (in "var" %v: !sdfg.array<[8] x f32>, out "bn" %s: !sdfg.array<[8] x f32>) version 1 {
// CHECK:   [[T:%.+]] = sdfg.alloc : !sdfg.array<[8] x f32>
// CHECK:   -> ([[T]][i]) {
// CHECK:   -> (%s[i]) {
// CHECK: sdfg.sdfg @main
// CHECK:   %s = sdfg.constant #sdfg.weight<"bn"> : !sdfg.array<[8] x f32>
// CHECK-NOT: math.rsqrt
// Larger than what it comes from, or from no weight at all: it stays.
// CHECK: -> (%big[i, j]) {
// CHECK: -> (%zeros[i]) {
// CHECK: sdfg.tasklet (%a = %x[i], %b = %s[i], %c = %big[0, i], %z = %zeros[i]) -> (%y[i]) {
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) {
  %v = sdfg.constant #sdfg.weight<"var"> : !sdfg.array<[8] x f32>
  %t = sdfg.alloc : !sdfg.array<[8] x f32>
  %s = sdfg.alloc "bn" : !sdfg.array<[8] x f32>
  %big = sdfg.alloc : !sdfg.array<[100000, 8] x f32>
  %zeros = sdfg.alloc : !sdfg.array<[8] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:8] {
      sdfg.tasklet (%a = %v[i]) -> (%t[i]) {
        %0 = arith.constant 1.0e-05 : f32
        %1 = arith.addf %a, %0 : f32
        sdfg.yield %1 : f32
      }
    }
    sdfg.map [i = 0:8] {
      sdfg.tasklet (%a = %t[i]) -> (%s[i]) {
        %0 = math.rsqrt %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:100000, j = 0:8] {
      sdfg.tasklet (%a = %v[j]) -> (%big[i, j]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:8] {
      sdfg.tasklet () -> (%zeros[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:8] {
      sdfg.tasklet (%a = %x[i], %b = %s[i], %c = %big[0, i], %z = %zeros[i]) -> (%y[i]) {
        %0 = arith.mulf %a, %b : f32
        %1 = arith.addf %0, %c : f32
        %2 = arith.addf %1, %z : f32
        sdfg.yield %2 : f32
      }
    }
  }
}
