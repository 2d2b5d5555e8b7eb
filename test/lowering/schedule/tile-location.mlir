// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8},sdfg-interchange{innermost=i_i},sdfg-unroll{loops=i_i}' --print-debuginfo | filecheck %s

// Loops that are new point at the line of the nest, what is copied at its own.
// CHECK:      sdfg.map [i_o = 0:2, j = 0:N] {
// CHECK-NEXT:   sdfg.map [i_i = 0:8] schedule(unroll) {
// CHECK:          } loc("model.py":4:1)
// CHECK-NEXT:   } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
// CHECK-NEXT: sdfg.map [j = 0:N] {
// CHECK-NEXT:   sdfg.map [i_i = 0:4] schedule(unroll) {
// CHECK:          } loc("model.py":4:1)
// CHECK-NEXT:   } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[20, N] x f32>, out "B" %B: !sdfg.array<[20, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:20, j = 0:N] {
      sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) {
        sdfg.yield %a : f32
      } loc("model.py":4:1)
    } loc("model.py":3:1)
  }
}
