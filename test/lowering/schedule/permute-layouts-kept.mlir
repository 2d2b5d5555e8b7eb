// RUN: sdfg-opt %s -p sdfg-permute-layouts | filecheck %s

// What something takes as a whole keeps its layout: a view, a library operation. So do arguments, and what is near.
// CHECK:      "viewed" : !sdfg.array<[1, 16, 4, 4] x f32>
// CHECK:      "softened" : !sdfg.array<[1, 16, 4, 4] x f32>
// CHECK:      "near" : !sdfg.array<[1, 8, 4, 4] x f32, stack>
// CHECK:      = %x[0, ic, h, u], {{.*}} -> (%viewed[0, oc, h, u] wcr sum)
// CHECK:      -> (%softened[0, oc, h, u] wcr sum)
// CHECK:      -> (%y[0, oc, h, u] wcr sum)
sdfg.sdfg @main (in "x" %x: !sdfg.array<[1, 8, 4, 4] x f32>, in "w" %w: !sdfg.array<[16, 8, 1, 1] x f32>, out "z" %z: !sdfg.array<[16, 16] x f32>, out "s" %s: !sdfg.array<[1, 16, 4, 4] x f32>, out "y" %y: !sdfg.array<[1, 16, 4, 4] x f32>) {
  %viewed = sdfg.alloc "viewed" : !sdfg.array<[1, 16, 4, 4] x f32>
  %flat = sdfg.view %viewed : !sdfg.array<[16, 16] x f32>
  %softened = sdfg.alloc "softened" : !sdfg.array<[1, 16, 4, 4] x f32>
  %near = sdfg.alloc "near" : !sdfg.array<[1, 8, 4, 4] x f32, stack>
  sdfg.state @first {
    sdfg.copy %x[0, 0:8, 0:4, 0:4] -> %near[0, 0:8, 0:4, 0:4]
    sdfg.map [oc = 0:16, h = 0:4, u = 0:4, ic = 0:8] {
      sdfg.tasklet (%a = %x[0, ic, h, u], %b = %w[oc, ic, 0, 0]) -> (%viewed[0, oc, h, u] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %flat[0:16, 0:16] -> %z[0:16, 0:16]
  }
  sdfg.state @second {
    sdfg.map [oc = 0:16, h = 0:4, u = 0:4, ic = 0:8] {
      sdfg.tasklet (%a = %near[0, ic, h, u], %b = %w[oc, ic, 0, 0]) -> (%softened[0, oc, h, u] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.softmax (%softened) -> (%s) {axis = 1 : i64}
  }
  sdfg.state @third {
    sdfg.map [oc = 0:16, h = 0:4, u = 0:4, ic = 0:8] {
      sdfg.tasklet (%a = %near[0, ic, h, u], %b = %w[oc, ic, 0, 0]) -> (%y[0, oc, h, u] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
