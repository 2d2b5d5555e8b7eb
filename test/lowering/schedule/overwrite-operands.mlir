// RUN: sdfg-opt %s -p sdfg-overwrite-operands --print-debuginfo | filecheck %s

// The sum goes where its first operand was, and its square where it is; the second operand is needed later.
// CHECK-NOT:  "sum"
// CHECK:      sdfg.map [i = 0:N] {
// CHECK:        sdfg.tasklet ({{.*}} = %a[i], {{.*}} = %b[i]) -> (%a[i]) {
// CHECK:      sdfg.map [i = 0:N] {
// CHECK:        sdfg.tasklet ({{.*}} = %a[i]) -> (%a[i]) {
// CHECK:      sdfg.map [i = 0:N] {
// CHECK:        sdfg.tasklet ({{.*}} = %a[i], {{.*}} = %b[i]) -> (%y[i]) {
sdfg.sdfg @chain [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc "a" : !sdfg.array<[N] x f32> loc("model.py":1:1)
  %b = sdfg.alloc "b" : !sdfg.array<[N] x f32>
  %sum = sdfg.alloc "sum" : !sdfg.array<[N] x f32> loc("model.py":2:1)
  %square = sdfg.alloc "square" : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %x[i]) -> (%a[i], %b[i]) {
        sdfg.yield %0, %0 : f32, f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %a[i], %1 = %b[i]) -> (%sum[i]) {
        %2 = arith.addf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %sum[i]) -> (%square[i]) {
        %2 = arith.mulf %0, %0 : f32
        sdfg.yield %2 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%0 = %square[i], %1 = %b[i]) -> (%y[i]) {
        %2 = arith.addf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    }
  }
}
