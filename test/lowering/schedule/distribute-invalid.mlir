// RUN: sdfg-opt %s --split-input-file -p 'sdfg-distribute{loops=i}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s --split-input-file -p 'sdfg-distribute{loops=l,i state=order}' --verify-diagnostics | filecheck %s --check-prefix=ORDER
// RUN: not sdfg-opt %s -p sdfg-distribute 2>&1 | filecheck %s --check-prefix=MISSING

// MISSING: loops

// A private container for each of a number of points that is open.
// CHECK: model.py:1:1: 'sdfg.map' is not transformed by sdfg-distribute: a container private to an iteration would need one element per iteration
sdfg.sdfg @open [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %t = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%t[] wcr sum) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%a = %t[]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":1:1)
  }
}

// -----

// CHECK: model.py:2:1: 'sdfg.map' is not transformed by sdfg-distribute: a view is taken in the loop
sdfg.sdfg @view (in "A" %A: !sdfg.array<[4, 8] x f32>, out "B" %B: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      %v = sdfg.view %A : !sdfg.array<[8] x f32, strides [1], offset 8 * i>
      sdfg.tasklet (%a = %v[0]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %v[k]) -> (%B[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":2:1)
  }
}

// -----

// CHECK: model.py:3:1: 'sdfg.map' is not transformed by sdfg-distribute: a tasklet takes a container private to an iteration as a whole
sdfg.sdfg @whole (in "A" %A: !sdfg.array<[4, 8] x f32>, in "L" %L: !sdfg.array<[4] x i64>, out "B" %B: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      %t = sdfg.alloc : !sdfg.array<[8] x f32, stack>
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%t[k]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.tasklet (%n = %L[i], %row: !sdfg.array<[8] x f32, stack> = %t[0:8]) -> (%B[i]) {
        %k = arith.index_cast %n : i64 to index
        %0 = sdfg.load %row[%k] : !sdfg.array<[8] x f32, stack> -> f32
        sdfg.yield %0 : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: model.py:4:1: 'sdfg.map' is not transformed by sdfg-distribute: 'sdfg.read_symbol' stands in the nest
sdfg.sdfg @symbol (in "L" %L: !sdfg.array<[4] x i64>, in "A" %A: !sdfg.array<[4, 8] x f32>, out "B" %B: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.read_symbol n = %L[i]
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[n, k]) -> (%B[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":4:1)
  }
}

// -----

// CHECK: model.py:5:1: 'sdfg.map' is not transformed by sdfg-distribute: the nest uses a stream, whose elements have an order
sdfg.sdfg @stream (in "A" %A: !sdfg.array<[4, 8] x f32>, out "B" %B: !sdfg.array<[4] x f32>) {
  %q = sdfg.alloc : !sdfg.stream<f32, depth 8>
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%q[]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %q[]) -> (%B[i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":5:1)
  }
}

// -----

// ORDER: model.py:6:1: 'sdfg.map' is not transformed by sdfg-distribute: loops l, i are not the innermost ones of a nest
sdfg.sdfg @order (in "A" %A: !sdfg.array<[4, 8] x f32>, out "B" %B: !sdfg.array<[4, 4, 4] x f32>) {
  sdfg.state @order {
    sdfg.map [l = 0:4, j = 0:4, i = 0:4] {
      sdfg.tasklet () -> (%B[l, j, i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:8] {
        sdfg.tasklet (%a = %A[i, k]) -> (%B[l, j, i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":6:1)
  }
}
