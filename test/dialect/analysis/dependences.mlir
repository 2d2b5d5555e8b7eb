// RUN: sdfg-opt %s --print-analysis=dependences | filecheck %s

// Loops that are parallel, reduced, carried or unknown, with distances; and the order of nodes.
// CHECK-LABEL: dependences @stencil
// CHECK-NEXT:   state @sweep
// CHECK-NEXT:     for [i = 1:N]
// CHECK-NEXT:       i: carried
// CHECK-NEXT:         flow %A[i, j] -> %A[i - 1, j + 1] (1, -1)
// CHECK-NEXT:       j: parallel
sdfg.sdfg @stencil [N] (inout "A" %A: !sdfg.array<[N, N] x f32>) {
  sdfg.state @sweep {
    sdfg.for [i = 1:N] {
      sdfg.for [j = 0:N - 1] {
        sdfg.tasklet (%x = %A[i - 1, j + 1]) -> (%A[i, j]) {
          sdfg.yield %x : f32
        }
      }
    }
  }
}

// CHECK-LABEL: dependences @product
// CHECK-NEXT:   state @sum
// CHECK-NEXT:     map [i = 0:M]
// CHECK-NEXT:       i: parallel
// CHECK-NEXT:       k: reduction
// CHECK-NEXT:         reduction %y[i] wcr sum -> %y[i] wcr sum (0, +)
sdfg.sdfg @product [M, K] (in "A" %A: !sdfg.array<[M, K] x f32>, out "y" %y: !sdfg.array<[M] x f32>) {
  sdfg.state @sum {
    sdfg.map [i = 0:M] {
      sdfg.tasklet () -> (%y[i]) {
        %zero = arith.constant 0.0 : f32
        sdfg.yield %zero : f32
      }
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%x = %A[i, k]) -> (%y[i] wcr sum) {
          sdfg.yield %x : f32
        }
      }
    }
  }
}

// CHECK-LABEL: dependences @digits
// CHECK-NEXT:   state @blocks
// CHECK-NEXT:     map [i = 0:N, j = 0:S]
// CHECK-NEXT:       i: parallel
// CHECK-NEXT:       j: parallel
// CHECK-NEXT:     map [i = 0:8, j = 0:8]
// CHECK-NEXT:       i: carried
// CHECK-NEXT:         output %z[2 * i + j] -> %z[2 * i + j] (+, -)
// CHECK-NEXT:       j: parallel
sdfg.sdfg @digits [S, N] (in "x" %x: !sdfg.array<[S] x f32>, out "y" %y: !sdfg.array<[N * S] x f32>, out "z" %z: !sdfg.array<[64] x f32>) {
  sdfg.state @blocks {
    sdfg.map [i = 0:N, j = 0:S] {
      sdfg.tasklet (%v = %x[j]) -> (%y[i * S + j]) {
        sdfg.yield %v : f32
      }
    }
    sdfg.map [i = 0:8, j = 0:8] {
      sdfg.tasklet (%v = %x[j]) -> (%z[2 * i + j]) {
        sdfg.yield %v : f32
      }
    }
  }
}

// CHECK-LABEL: dependences @data
// CHECK-NEXT:   state @scatter
// CHECK-NEXT:     for [i = 0:N]
// CHECK-NEXT:       i: unknown
// CHECK-NEXT:         output perhaps %y[0:N] -> %y[0:N] (+)
sdfg.sdfg @data [N] (in "at" %at: !sdfg.array<[N] x index>, inout "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @scatter {
    sdfg.for [i = 0:N] {
      sdfg.tasklet (%p = %at[i]) -> (store %t: !sdfg.array<[N] x f32> = %y[0:N] volume 1) {
        %one = arith.constant 1.0 : f32
        sdfg.store %one, %t[%p] : f32, !sdfg.array<[N] x f32>
        sdfg.yield
      }
    }
  }
}

// CHECK-LABEL: dependences @nodes
// CHECK-NEXT:   state @padded
// CHECK-NEXT:     flow %t: tasklet -> %t[0] -> copy %t, %y
// CHECK-NEXT:     flow %t: copy %x, %t -> copy %t, %y
// CHECK-NEXT:     output %t: tasklet -> %t[0] -> copy %x, %t
// CHECK-NEXT:     output %t: copy %x, %t -> copy %x, %t
// CHECK-NEXT:     anti %t: copy %t, %y -> copy %x, %t
sdfg.sdfg @nodes (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[10] x f32>
  sdfg.state @padded {
    sdfg.tasklet () -> (%t[0]) {
      %zero = arith.constant 0.0 : f32
      sdfg.yield %zero : f32
    }
    sdfg.copy %x[0:8] -> %t[1:9]
    sdfg.copy %t[0:8] -> %y[0:8]
    sdfg.copy %x[0:2] -> %t[0:2]
  }
}
