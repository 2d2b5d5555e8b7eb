// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2 vector_bytes=64 vector_registers=32},sdfg-apply-recipes' | filecheck %s

// Many rows read a block of columns of V, whose rows lie apart: it is copied before them, in each iteration of the loops around.
// CHECK:      sdfg.map [h = 0:12] {
// CHECK:        sdfg.map [block = 0:2] attributes {recipe = "contraction"
// CHECK-NEXT:     %packed = sdfg.alloc "V_packed" : !sdfg.array<[512, 2, 16] x f32>
// CHECK-NEXT:     sdfg.map [k_1 = 0:512, vec_1 = 0:2, column_1 = 0:16] {
// CHECK:          sdfg.map [band = 0:42] {
// CHECK:            sdfg.for [k = 0:512] {
// CHECK-NEXT:         sdfg.prefetch %packed[k + 64, 0:2, 0:16] into 1
sdfg.sdfg @within (in "x" %x: !sdfg.array<[12, 512, 512] x f32>, in "B" %B: !sdfg.array<[12, 512, 64] x f32>, in "V" %V: !sdfg.array<[512, 768] x f32>, out "y" %y: !sdfg.array<[12, 512, 64] x f32>) {
  sdfg.state @s {
    sdfg.map [h = 0:12] {
      %t = sdfg.alloc "t" : !sdfg.array<[512, 512] x f32, stack>
      sdfg.map [i = 0:512, j = 0:512] {
        sdfg.tasklet (%a = %x[h, i, j]) -> (%t[i, j]) {
          %0 = arith.addf %a, %a : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.map [m = 0:512, n = 0:64] {
        sdfg.tasklet () -> (%y[h, m, n]) {
          %0 = arith.constant 0.000000e+00 : f32
          sdfg.yield %0 : f32
        }
        sdfg.map [k = 0:512] {
          sdfg.tasklet (%a = %t[m, k], %b = %V[k, 64 * h + n]) -> (%y[h, m, n] wcr sum) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
    }
  }
}
