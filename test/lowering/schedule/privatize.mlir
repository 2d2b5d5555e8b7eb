// RUN: sdfg-opt %s -p 'sdfg-privatize{loop=i}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-privatize{loop=i},sdfg-parallelize-loop{loops=i}' | filecheck %s --check-prefix=THREADS

// The copy has the dimension that an iteration moves along; iterations share nothing any more.
// CHECK:      sdfg.for [i = 0:N] {
// CHECK-NEXT:   %row = sdfg.alloc "row" : !sdfg.array<[4] x f32, stack> loc("model.py":2:1)
// CHECK-NEXT:   sdfg.map [k = 0:4] {
// CHECK-NEXT:     sdfg.tasklet ({{.*}} = %A[i, k]) -> (%row[k]) {
// CHECK:        sdfg.map [k = 0:4] {
// CHECK-NEXT:     sdfg.tasklet ({{.*}} = %row[-k + 3]) -> (%B[i, k]) {

// THREADS: sdfg.map [i = 0:N] schedule(parallel) {
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 4] x f32>, out "B" %B: !sdfg.array<[N, 4] x f32>) {
  %row = sdfg.alloc "row" : !sdfg.array<[2, 4] x f32> loc("model.py":2:1)
  sdfg.state @s {
    sdfg.for [i = 0:N] {
      sdfg.map [k = 0:4] {
        sdfg.tasklet (%a = %A[i, k]) -> (%row[i mod 2, k]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [k = 0:4] {
        sdfg.tasklet (%a = %row[i mod 2, 3 - k]) -> (%B[i, k]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":3:1)
  }
}
