// RUN: sdfg-opt %s -p 'sdfg-outline-maps' | filecheck %s

// Two nests that do the same to other containers become two calls of one program, whatever number tells
// their parameters apart. Parameters of one nest stay apart.
// CHECK: sdfg.sdfg private @first [N] (in "x" %x: !sdfg.array<[N] x f32>, out "t" %t: !sdfg.array<[N] x f32>) version 1 {
// CHECK: sdfg.sdfg private @third
// CHECK: sdfg.map [i = 0:N, i_2 = 0:4] {
// CHECK-NEXT: sdfg.tasklet (%{{.*}} = %{{.*}}[i]) -> (%{{.*}}[i_2, i])
// CHECK: sdfg.sdfg @main
// CHECK: sdfg.call @first(%x, %t) [N = N] attributes {label = "first"}
// CHECK: sdfg.call @first(%t, %y) [N = N] attributes {label = "second"}
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>, out "z" %z: !sdfg.array<[4, N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N] x f32>
  sdfg.state @first {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %x[i0]) -> (%t[i0]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @second {
    sdfg.map [i0_7 = 0:N] {
      sdfg.tasklet (%b = %t[i0_7]) -> (%y[i0_7]) {
        sdfg.yield %b : f32
      }
    }
  }
  sdfg.state @third {
    sdfg.map [i_2 = 0:N, i_1 = 0:4] {
      sdfg.tasklet (%b = %t[i_2]) -> (%z[i_1, i_2]) {
        sdfg.yield %b : f32
      }
    }
  }
}
