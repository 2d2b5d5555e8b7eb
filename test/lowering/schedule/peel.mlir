// RUN: sdfg-opt %s -p 'sdfg-peel{loop=k}' | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-peel{loop=k count=3}' | filecheck %s --check-prefix=THREE
// RUN: sdfg-opt %s -p 'sdfg-peel{loop=k count=8}' | filecheck %s --check-prefix=ALL
// RUN: not sdfg-opt %s -p 'sdfg-peel{loop=k count=9}' 2>&1 | filecheck %s --check-prefix=MORE
// RUN: not sdfg-opt %s -p 'sdfg-peel{loop=i}' 2>&1 | filecheck %s --check-prefix=WHOLE
// RUN: not sdfg-opt %s -p 'sdfg-peel{loop=k count=0}' 2>&1 | filecheck %s --check-prefix=NONE

// CHECK:      sdfg.map [i = 0:4] {
// CHECK-NEXT:   sdfg.tasklet ({{.*}} = %A[i, 0]) -> (%B[i] wcr sum) {
// CHECK:        sdfg.map [k = 1:8] {
// CHECK-NEXT:     sdfg.tasklet ({{.*}} = %A[i, k]) -> (%B[i] wcr sum) {

// THREE:      sdfg.map [k = 0:3] {
// THREE:      sdfg.map [k = 3:8] {
// THREE-NEXT:   sdfg.tasklet ({{.*}} = %A[i, k])

// ALL:      sdfg.map [i = 0:4, k = 0:8] {
// ALL-NOT:  sdfg.map

// MORE: error: {{.*}} is not transformed by sdfg-peel: loop k may have fewer than 9 iterations
// WHOLE: error: {{.*}} is not transformed by sdfg-peel: loop i is the whole nest
// NONE: sdfg-peel: count is at least 1, got 0
sdfg.sdfg @rows (in "A" %A: !sdfg.array<[4, 8] x f32>, inout "B" %B: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%B[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
