// RUN: sdfg-opt %s -p 'sdfg-distribute{loops=i}' --print-debuginfo | filecheck %s

// A loop for each part; the private scalar that joins them gets a dimension.
// CHECK:      %t = sdfg.alloc "t" : !sdfg.array<[8] x f32, stack> loc("model.py":2:1)
// CHECK-NEXT: sdfg.state @s {
// CHECK-NEXT:   sdfg.map [i = 2:10] {
// CHECK-NEXT:     sdfg.tasklet () -> (%t[i - 2]) {
// CHECK:        } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
// CHECK-NEXT:   sdfg.map [i = 2:10, k = 0:K] {
// CHECK-NEXT:     sdfg.tasklet (%a loc(unknown) = %A[i, k]) -> (%t[i - 2] wcr sum) {
// CHECK:        } loc("model.py":3:1)
// CHECK-NEXT: } loc("model.py":3:1)
// CHECK-NEXT:   sdfg.map [i = 2:10] {
// CHECK-NEXT:     %u = sdfg.alloc : !sdfg.array<[] x f32, register>
// CHECK-NEXT:     sdfg.tasklet (%a loc(unknown) = %t[i - 2]) -> (%u[]) {
// CHECK:          sdfg.tasklet (%a loc(unknown) = %u[]) -> (%B[i]) {
// CHECK:        } loc("model.py":3:1)
sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[10, K] x f32>, out "B" %B: !sdfg.array<[10] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 2:10] {
      %t = sdfg.alloc "t" : !sdfg.array<[] x f32, register> loc("model.py":2:1)
      %u = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%t[]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %A[i, k]) -> (%t[] wcr sum) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %t[]) -> (%u[]) {
        sdfg.yield %a : f32
      }
      sdfg.tasklet (%a = %u[]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
