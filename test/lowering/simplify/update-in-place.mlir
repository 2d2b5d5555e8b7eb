// RUN: sdfg-opt %s -p 'sdfg-update-in-place{inputs="past*"}' | filecheck %s

// A cache with a row more: one argument with room for it, the copy is gone, and what reads the input reads it there.
// CHECK:      sdfg.sdfg @main [N] (in "x" %x: {{.*}}, inout "past" %present: !sdfg.array<[12, N + 1, 64] x f32>{{.*}}, out "y" %y: !sdfg.array<[12, N] x f32>{{.*}}) version 1 {
// CHECK-NEXT:   %[[PAST:.*]] = sdfg.view %present : !sdfg.array<[12, N, 64] x f32, strides [64 * N + 64, 64, 1]>
// CHECK-NEXT:   sdfg.state @s {
// CHECK-NEXT:     sdfg.map [i = 0:12, j = 0:N] {
// CHECK-NEXT:       sdfg.tasklet (%a = %[[PAST]][i, j, 0]) -> (%y[i, j]) {
// CHECK-NOT:      sdfg.copy
// CHECK:          sdfg.map [i = 0:12, j = 0:64] {
// CHECK-NEXT:       sdfg.tasklet (%a = %x[i, j]) -> (%present[i, N, j]) {
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[12, 64] x f32>, in "past" %past: !sdfg.array<[12, N, 64] x f32>, out "present" %present: !sdfg.array<[12, N + 1, 64] x f32>, out "y" %y: !sdfg.array<[12, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:12, j = 0:N] {
      sdfg.tasklet (%a = %past[i, j, 0]) -> (%y[i, j]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.copy %past[0:12, 0:N, 0:64] -> %present[0:12, 0:N, 0:64]
    sdfg.map [i = 0:12, j = 0:64] {
      sdfg.tasklet (%a = %x[i, j]) -> (%present[i, N, j]) {
        sdfg.yield %a : f32
      }
    }
  }
}
