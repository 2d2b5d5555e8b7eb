// RUN: sdfg-opt %s -p sdfg-fuse-maps | filecheck %s

// The reader needs what another iteration writes.
// CHECK-LABEL: @shifted
// CHECK-COUNT-2: sdfg.map
sdfg.sdfg @shifted [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N + 1] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%t[i + 1]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// The reader changes in place what later iterations of the writer still read.
// CHECK-LABEL: @in_place
// CHECK-COUNT-2: sdfg.map
sdfg.sdfg @in_place [N] (inout "x" %x: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i], %b = %x[N - 1 - i]) -> (%t[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %t[i]) -> (%x[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// A sum is not done before all iterations have added to it.
// CHECK-LABEL: @sum
// CHECK-COUNT-2: sdfg.map
sdfg.sdfg @sum [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, inout "s" %s: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N, M] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:M] {
      sdfg.tasklet (%a = %x[i, j]) -> (%s[i] wcr sum) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N, j = 0:M] {
      sdfg.tasklet (%a = %s[i]) -> (%y[i, j]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// The node between the two needs the first and feeds the second.
// CHECK-LABEL: @between
// CHECK: sdfg.map
// CHECK: sdfg.copy
// CHECK: sdfg.map
sdfg.sdfg @between [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  %u = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.copy %t[0:N:2] -> %u[0:N:2]
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %t[i], %b = %u[0]) -> (%y[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// The same memory under another index: a view of it.
// CHECK-LABEL: @view
// CHECK-COUNT-2: sdfg.map
sdfg.sdfg @view [N] (in "x" %x: !sdfg.array<[N, N] x f32>, out "y" %y: !sdfg.array<[N, N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N, N] x f32>
  %v = sdfg.view %t : !sdfg.array<[N, N] x f32, strides [1, N]>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:N] {
      sdfg.tasklet (%a = %x[i, j], %b = %x[j, i]) -> (%t[i, j]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:N, j = 0:N] {
      sdfg.tasklet (%a = %t[i, j], %b = %v[i, j]) -> (%y[i, j]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// All of %t, by a parameter within that has the name of the other map's.
// CHECK-LABEL: @names
// CHECK-COUNT-3: sdfg.map
sdfg.sdfg @names [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N, N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  %u = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i0 = 0:N] {
      sdfg.tasklet (%a = %x[i0]) -> (%u[i0], %t[i0]) {
        %0 = math.exp %a : f32
        sdfg.yield %0, %a : f32, f32
      }
    }
    sdfg.map [j0 = 0:N] {
      sdfg.map [i0 = 0:N] {
        sdfg.tasklet (%a = %u[j0], %b = %t[i0]) -> (%y[j0, i0]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
