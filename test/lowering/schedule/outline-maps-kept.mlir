// RUN: sdfg-opt %s -p sdfg-outline-maps --print-debuginfo | filecheck %s

// Views come along, locations stay, and nests that use streams are no programs of their own.
// CHECK:       sdfg.sdfg private @layer [N] (inout "x" %x: !sdfg.array<[N, 4] x f32>
// CHECK-NEXT:    %v = sdfg.view %x : !sdfg.array<[4, N] x f32, strides [1, 4]> loc("view")
// CHECK:         } loc("layer")
// CHECK:       sdfg.sdfg @main
// CHECK:         sdfg.call @layer(%x) [N = N] attributes {label = "layer"} loc("layer")
// CHECK-NEXT:    sdfg.map [i0 = 0:N] {
// CHECK-NEXT:      sdfg.tasklet (%{{.*}} = %x[i0, 0]) -> (%q[]) {
sdfg.sdfg @main [N] (inout "x" %x: !sdfg.array<[N, 4] x f32>) {
  %v = sdfg.view %x : !sdfg.array<[4, N] x f32, strides [1, 4]> loc("view")
  %q = sdfg.alloc : !sdfg.stream<f32, depth N>
  sdfg.state @s {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %v[1, i0]) -> (%x[i0, 0]) {
        sdfg.yield %a : f32
      }
    } loc("layer")
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %x[i0, 0]) -> (%q[]) {
        sdfg.yield %a : f32
      }
    } loc("pushed")
    sdfg.consume (%e = %q) {
      sdfg.tasklet (%a = %e[]) -> (%x[0, 1] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
}
