// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2 l2-bytes=65536 l3-bytes=4194304 start-ns=1000},sdfg-choose-fusions' --check-passes | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2 l2-bytes=4194304},sdfg-choose-fusions' | filecheck %s --check-prefix=NEAR

// A filter over the rows of an image that the cores' caches do not hold: tiles of rows, each with the
// rows around it. Rows stay whole, because lanes run along them.
// CHECK:      sdfg.map [i_tile = 0:{{[0-9]+}}] attributes {fusion = "{{[0-9]+}} tiles of {{[0-9]+}} bytes, 1.{{[0-9]+}} times the operations: saves {{[0-9.]+}} us, costs {{[0-9.]+}} us"} {
// CHECK-NEXT:   %t = sdfg.alloc "t" : !sdfg.array<[{{[0-9]+}}, 256] x f32, stack>
// CHECK-NEXT:   sdfg.map [y = {{.*}}, j = 0:256] {
// CHECK:        sdfg.map [i = {{.*}}, j = 0:256] {
// With caches that hold it, nothing is gained.
// NEAR: sdfg.map [y = 0:258, j = 0:256] {
sdfg.sdfg @main (in "x" %x: !sdfg.array<[258, 256] x f32>, out "y" %y: !sdfg.array<[256, 256] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[258, 256] x f32>
  sdfg.state @s {
    sdfg.map [y = 0:258, j = 0:256] {
      sdfg.tasklet (%a = %x[y, j]) -> (%t[y, j]) {
        %0 = arith.addf %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:256, j = 0:256] {
      sdfg.tasklet (%a = %t[i, j], %b = %t[i + 2, j]) -> (%y[i, j]) {
        %0 = arith.subf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
