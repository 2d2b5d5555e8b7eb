// RUN: sdfg-opt %s -p sdfg-eliminate-views | filecheck %s

// Transposed, split, sliced, broadcast: an index of the view is an index of the container.
// CHECK-LABEL: @indices
// CHECK-NOT: sdfg.view
// CHECK: sdfg.tasklet (%a = %x[j, 64 * i + k], %b = %x[2 * j, 3], %c = %z[0, i]) -> (%y[i, j, k]) {
sdfg.sdfg @indices [N] (in "x" %x: !sdfg.array<[2 * N, 768] x f32>, in "z" %z: !sdfg.array<[1, 12] x f32>, out "y" %y: !sdfg.array<[12, N, 64] x f32>) {
  %v = sdfg.view %x : !sdfg.array<[12, N, 64] x f32, strides [64, 768, 1]>
  %w = sdfg.view %x : !sdfg.array<[N, 1] x f32, strides [1536, 1], offset 3>
  %w2 = sdfg.view %w : !sdfg.array<[N] x f32, strides [1536], offset 3>
  %u = sdfg.view %z : !sdfg.array<[12, N, 1] x f32, strides [1, 0, 1]>
  sdfg.state @s {
    sdfg.map [i = 0:12, j = 0:N, k = 0:64] {
      sdfg.tasklet (%a = %v[i, j, k], %b = %w2[j], %c = %u[i, j, 0]) -> (%y[i, j, k]) {
        %0 = arith.addf %a, %b : f32
        %1 = arith.addf %0, %c : f32
        sdfg.yield %1 : f32
      }
    }
  }
}

// Read in larger dimensions than it is written in: it is allocated in those.
// CHECK-LABEL: @merged
// CHECK-NEXT: %t = sdfg.alloc "t" : !sdfg.array<[N, 768] x f32>
// CHECK-NOT: sdfg.view
// CHECK: -> (%t[i, 64 * j + k]) {
// CHECK: sdfg.tasklet (%a = %t[i, j]) ->
sdfg.sdfg @merged [N] (in "x" %x: !sdfg.array<[N, 12, 64] x f32>, out "y" %y: !sdfg.array<[768, N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N, 12, 64] x f32>
  %v = sdfg.view %t : !sdfg.array<[N, 768] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:12, k = 0:64] {
      sdfg.tasklet (%a = %x[i, j, k]) -> (%t[i, j, k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N, j = 0:768] {
      sdfg.tasklet (%a = %v[i, j]) -> (%y[j, i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// Ranges stay ranges in the same order; a transposed copy keeps its view.
// CHECK-LABEL: @copies
// CHECK: [[T:%.+]] = sdfg.view %x
// CHECK: sdfg.copy %x[3, 2:6] -> %y[0, 0:4]
// CHECK: sdfg.copy [[T]][0:4, 0:4] -> %y[0:4, 0:4]
sdfg.sdfg @copies (in "x" %x: !sdfg.array<[8, 8] x f32>, out "y" %y: !sdfg.array<[4, 4] x f32>) {
  %v = sdfg.view %x : !sdfg.array<[1, 4] x f32, strides [8, 1], offset 26>
  %t = sdfg.view %x : !sdfg.array<[4, 4] x f32, strides [1, 8]>
  sdfg.state @s {
    sdfg.copy %v[0:1, 0:4] -> %y[0:1, 0:4]
    sdfg.copy %t[0:4, 0:4] -> %y[0:4, 0:4]
  }
}

// An index of the view would need a division: it stays, as a view of the container itself.
// CHECK-LABEL: @division
// CHECK: %w = sdfg.view %x : !sdfg.array<[6, N] x f32>
// CHECK: %w[i, j]
sdfg.sdfg @division [N] (in "x" %x: !sdfg.array<[2, 3, N] x f32>, out "y" %y: !sdfg.array<[6, N] x f32>) {
  %v = sdfg.view %x : !sdfg.array<[3, 2, N] x f32, strides [N, 3 * N, 1]>
  %w = sdfg.view %v : !sdfg.array<[6, N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:6, j = 0:N] {
      sdfg.tasklet (%a = %w[i, j]) -> (%y[i, j]) {
        sdfg.yield %a : f32
      }
    }
  }
}
