// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 peel=loop into=io,ii}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=halves peel=loop into=io,ii}' | filecheck %s --check-prefix=HALVES
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=j size=3 peel=loop into=jo,ji}' | filecheck %s --check-prefix=OUTER
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=8 peel=off}' 2>&1 | filecheck %s --check-prefix=OPTION

// OPTION: sdfg-tile: peel is one of nest, loop, got off

// What is left over follows within the loop around, which stays one loop.
// CHECK:      sdfg.map [j = 0:N] {
// CHECK-NEXT:   sdfg.map [io = 0:2, ii = 0:8] {
// CHECK-NEXT:     sdfg.tasklet (%a loc({{.*}}) = %A[j, 8 * io + ii]) -> (%B[j, 8 * io + ii]) {
// CHECK:          } loc("model.py":3:1)
// CHECK-NEXT:   } loc("model.py":3:1)
// CHECK-NEXT:   sdfg.map [ii = 0:6] {
// CHECK-NEXT:     sdfg.tasklet (%a loc({{.*}}) = %A[j, ii + 16]) -> (%B[j, ii + 16]) {
// CHECK:          } loc("model.py":3:1)
// CHECK-NEXT:   } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
// CHECK-NOT:  sdfg.map

// HALVES:      sdfg.map [j = 0:N] {
// HALVES-NEXT:   sdfg.map [io = 0:2, ii = 0:8] {
// HALVES:        sdfg.map [ii = 0:4] {
// HALVES-NEXT:     sdfg.tasklet (%a = %A[j, ii + 16])
// HALVES:        sdfg.map [ii = 0:2] {
// HALVES-NEXT:     sdfg.tasklet (%a = %A[j, ii + 20])
// HALVES-NOT:  sdfg.map

// The outermost loop has none around it: two nests.
// OUTER:      sdfg.map [jo = 0:N floordiv 3, ji = 0:3, i = 0:22] {
// OUTER:      sdfg.map [jo = 0:N - 3 * (N floordiv 3), i = 0:22] {
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 22] x f32>, out "B" %B: !sdfg.array<[N, 22] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:N, i = 0:22] {
      sdfg.tasklet (%a = %A[j, i]) -> (%B[j, i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
