// RUN: sdfg-opt %s -t openmp-c --split-input-file --verify-diagnostics | filecheck %s

// What has no form in C is an error that names the operation and its place.

// CHECK: conv.py:1:2: 'sdfg.matmul' has no form in OpenMP C
// CHECK-NEXT: hint: expand or lower it before `-t openmp-c`
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4, 4] x f32>, out "y" %y: !sdfg.array<[4, 4] x f32>) {
  sdfg.state @s {
    sdfg.matmul (%x, %x) -> (%y) loc("conv.py":1:2)
  }
}

// -----

// CHECK: t.py:2:3: 'arith.addui_extended' has no form in C
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x i32>, out "y" %y: !sdfg.array<[4] x i32>) {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0]) -> (%y[0]) {
      %0, %1 = arith.addui_extended %a, %a : i32, i1 loc("t.py":2:3)
      sdfg.yield %0 : i32
    }
  }
}

// -----

// CHECK: r.py:3:4: 'sdfg.tasklet' indexes 'r', which lives in registers, by an index known only at run time
// CHECK-NEXT: hint: unroll the maps around it, or keep the container on the stack
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x f32>, out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    %r = sdfg.alloc "r" : !sdfg.array<[4] x f32, register>
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%a = %x[i]) -> (%r[i]) { sdfg.yield %a : f32 } loc("r.py":3:4)
    }
  }
}

// -----

// CHECK: p.py:4:5: 'sdfg.map' is parallel within a parallel map
// CHECK-NEXT: hint: make one of them sequential
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4, 4] x f32>, out "y" %y: !sdfg.array<[4, 4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] schedule(parallel) {
      sdfg.map [j = 0:4] schedule(parallel) {
        sdfg.tasklet (%a = %x[i, j]) -> (%y[i, j]) { sdfg.yield %a : f32 }
      } loc("p.py":4:5)
    }
  }
}

// -----

// CHECK: w.py:5:6: 'sdfg.tasklet' races: 'y[i]' is combined for several values of 'j', which is parallel
// CHECK-NEXT: hint: keep 'j' out of the parallel map
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4, 4] x f32>, out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4, j = 0:4] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, j]) -> (%y[i] wcr sum) { sdfg.yield %a : f32 } loc("w.py":5:6)
    }
  }
}

// -----

// CHECK: v.py:5:6: 'sdfg.tasklet' races: 'y[i mod 4]' is combined for several values of 'i', which is parallel
// CHECK-NEXT: hint: keep 'i' out of the parallel map
sdfg.sdfg @main (in "x" %x: !sdfg.array<[9] x f32>, inout "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:9] schedule(parallel) {
      sdfg.tasklet (%a = %x[i]) -> (%y[i mod 4] wcr sum) { sdfg.yield %a : f32 } loc("v.py":5:6)
    }
  }
}

// -----

// CHECK: e.py:6:7: 'sdfg.alloc' holds numbers of type i7, which have no form in C here
sdfg.sdfg @main () {
  %a = sdfg.alloc "a" : !sdfg.array<[4] x i7> loc("e.py":6:7)
}

// -----

// CHECK: g.py:7:8: 'sdfg.map' is scheduled as gpu_grid, which OpenMP C does not have
sdfg.sdfg @main (out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] schedule(gpu_grid) {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    } loc("g.py":7:8)
  }
}

// -----

// CHECK: s.py:8:9: 'sdfg.alloc' lives in gpu_shared, which OpenMP C does not have
sdfg.sdfg @main () {
  %a = sdfg.alloc "a" : !sdfg.array<[4] x f32, gpu_shared> loc("s.py":8:9)
}

// -----

// CHECK: c.py:1:1: 'sdfg.constant' has no place in the weights file
sdfg.sdfg @main (out "y" %y: !sdfg.array<[4] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[4] x f32> loc("c.py":1:1)
  sdfg.state @s {
    sdfg.copy %w[0:4] -> %y[0:4]
  }
}

// -----

// CHECK: 'sdfg.sdfg' takes 'x' of type
// CHECK-SAME: arrays of the caller are dense
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x f32, strides [2]>) {
}

// -----

// CHECK: 'sdfg.sdfg' takes the stream 'q', which has no form in C
sdfg.sdfg @main (in "q" %q: !sdfg.stream<f32, depth 4>) {
}

// -----

// CHECK: q.py:2:2: 'sdfg.tasklet' uses a stream of all points in a parallel map; queues in C are for one thread
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    %q = sdfg.alloc : !sdfg.stream<f32, depth 4>
    sdfg.map [i = 0:4] schedule(parallel) {
      sdfg.tasklet (%a = %x[i]) -> (%q[]) { sdfg.yield %a : f32 } loc("q.py":2:2)
    }
  }
}

// -----

// CHECK: o.py:3:3: 'sdfg.copy' copies within one block of memory, and both sides may overlap
// CHECK-NEXT: hint: copy into a container of its own first
sdfg.sdfg @main [N] (inout "x" %x: !sdfg.array<[N, 4] x f32>) {
  sdfg.state @s {
    sdfg.copy %x[0:N - 1, 0:2] -> %x[1:N, 1:3] loc("o.py":3:3)
  }
}

// -----

// CHECK: v.py:4:4: 'sdfg.tasklet' moves the vector [0:2, 0:4], which is not along one dimension
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4, 8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.tasklet (%a: vector<8xf32> = %x[0:2, 0:4]) -> (%y[0:8]) { sdfg.yield %a : vector<8xf32> } loc("v.py":4:4)
  }
}

// -----

// CHECK: a.py:5:5: 'sdfg.assign' changes the symbol 'n', which all points of a parallel map share
sdfg.sdfg @main [N] () {
  sdfg.assign n = N
  sdfg.state @s {
    sdfg.map [i = 0:N] schedule(parallel) {
      sdfg.assign n = n + 1 loc("a.py":5:5)
    }
  }
}

// -----

// CHECK: l.py:6:6: 'sdfg.call' calls 'f', which is parallel itself, from within a parallel map
sdfg.sdfg private @f [i] (out "y" %y: !sdfg.array<[4] x f32, offset 4 * i>) {
  sdfg.state @s {
    sdfg.map [j = 0:4] schedule(parallel) {
      sdfg.tasklet () -> (%y[j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
sdfg.sdfg @main (out "y" %y: !sdfg.array<[4, 4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] schedule(parallel) {
      %v = sdfg.view %y : !sdfg.array<[4] x f32, offset 4 * i>
      sdfg.call @f(%v) [i = i] loc("l.py":6:6)
    }
  }
}

// -----

// CHECK: l.py:7:7: 'sdfg.call' races: the program called writes 'y' for several values of 'i', which is parallel
sdfg.sdfg private @f (out "y" %y: !sdfg.array<[4] x f32>) {
}
sdfg.sdfg @main (out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] schedule(parallel) {
      sdfg.call @f(%y) [] loc("l.py":7:7)
    }
  }
}

// -----

// CHECK: 'builtin.module' needs one public program to become C, got a, b
sdfg.sdfg @a () {
}
sdfg.sdfg @b () {
}

// -----

// CHECK: n.py:4:5: 'sdfg.tasklet' is nontemporal, but the elements [0:8, 1] do not lie side by side
// CHECK-NEXT: hint: write along the last dimension, or without 'nontemporal'
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8, 2] x f32>) {
  sdfg.state @s {
    sdfg.tasklet (%a: vector<8xf32> = %x[0:8]) -> (%y[0:8, 1]) nontemporal { sdfg.yield %a : vector<8xf32> } loc("n.py":4:5)
  }
}
