// RUN: sdfg-opt %s --sdfg-bound-exponents | filecheck %s

// Softmax: all that depends on the maximum is divided by the sum.
// CHECK-LABEL: sdfg.sdfg @softmax
sdfg.sdfg @softmax [R, N] (in "X" %X: !sdfg.array<[R, N] x f32>, out "Y" %Y: !sdfg.array<[R, N] x f32>) {
  sdfg.state @s {
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      %S = sdfg.alloc "S" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      // CHECK: sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr larger)
      sdfg.map [i = 0:N] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.tasklet () -> (%S[]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
      sdfg.map [j = 0:N] {
        sdfg.tasklet (%x = %X[r, j], %m = %M[]) -> (%Y[r, j], %S[] wcr sum) {
          %0 = arith.subf %x, %m : f32
          // CHECK: math.exp %{{.*}} {sdfg.nonpositive} : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1, %1 : f32, f32
        }
      }
      sdfg.map [k = 0:N] {
        sdfg.tasklet (%e = %Y[r, k], %s = %S[]) -> (%Y[r, k]) { %0 = arith.divf %e, %s : f32 sdfg.yield %0 : f32 }
      }
    }
  }
}

// The logarithm of the sum, with the maximum added; the numbers are made on the way.
// CHECK-LABEL: sdfg.sdfg @log_sum
sdfg.sdfg @log_sum [R] (in "X" %X: !sdfg.array<[R, 8] x f32>, out "L" %L: !sdfg.array<[R] x f32>) {
  sdfg.state @s {
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      %S = sdfg.alloc "S" : !sdfg.array<[] x f32, register>
      %T = sdfg.alloc "T" : !sdfg.array<[8] x f32, stack>
      sdfg.tasklet () -> (%M[], %S[]) {
        %0 = arith.constant 0xff800000 : f32
        %1 = arith.constant 0.0 : f32
        sdfg.yield %0, %1 : f32, f32
      }
      sdfg.map [i = 0:8] {
        // CHECK: sdfg.tasklet (%x = %X[r, i]) -> (%T[i], %M[] wcr larger)
        sdfg.tasklet (%x = %X[r, i]) -> (%T[i], %M[] wcr max) { %0 = arith.addf %x, %x : f32 sdfg.yield %0, %0 : f32, f32 }
      }
      sdfg.map [i = 0:8] {
        sdfg.tasklet (%x = %T[i], %m = %M[]) -> (%S[] wcr sum) {
          %0 = arith.subf %x, %m : f32
          // CHECK: math.exp %{{.*}} {sdfg.nonpositive} : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1 : f32
        }
      }
      sdfg.tasklet (%s = %S[], %m = %M[]) -> (%L[r]) {
        %0 = math.log %s : f32
        %1 = arith.addf %0, %m : f32
        sdfg.yield %1 : f32
      }
    }
  }
}

// The maximum is seen, and so is each exponential where the row has no NaN before it: NaN is kept.
// CHECK-LABEL: sdfg.sdfg @seen
sdfg.sdfg @seen [R, N] (in "X" %X: !sdfg.array<[R, N] x f32>, out "Y" %Y: !sdfg.array<[R, N] x f32>, out "Z" %Z: !sdfg.array<[R] x f32>) {
  sdfg.state @s {
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      %S = sdfg.alloc "S" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      // CHECK: -> (%M[] wcr max)
      sdfg.map [i = 0:N] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.tasklet () -> (%S[]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
      sdfg.map [j = 0:N] {
        sdfg.tasklet (%x = %X[r, j], %m = %M[]) -> (%Y[r, j], %S[] wcr sum) {
          %0 = arith.subf %x, %m : f32
          // CHECK: math.exp %{{.*}} {sdfg.nonpositive} : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1, %1 : f32, f32
        }
      }
      sdfg.tasklet (%s = %S[]) -> (%Z[r]) { sdfg.yield %s : f32 }
    }
  }
}

// Half of the exponentials are divided.
// CHECK-LABEL: sdfg.sdfg @half
sdfg.sdfg @half [R] (in "X" %X: !sdfg.array<[R, 8] x f32>, out "Y" %Y: !sdfg.array<[R, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      %S = sdfg.alloc "S" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      // CHECK: -> (%M[] wcr max)
      sdfg.map [i = 0:8] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.tasklet () -> (%S[]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
      sdfg.map [j = 0:8] {
        sdfg.tasklet (%x = %X[r, j], %m = %M[]) -> (%Y[r, j], %S[] wcr sum) {
          %0 = arith.subf %x, %m : f32
          // CHECK: math.exp %{{.*}} {sdfg.nonpositive} : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1, %1 : f32, f32
        }
      }
      sdfg.map [k = 0:4] {
        sdfg.tasklet (%e = %Y[r, k], %s = %S[]) -> (%Y[r, k]) { %0 = arith.divf %e, %s : f32 sdfg.yield %0 : f32 }
      }
    }
  }
}
