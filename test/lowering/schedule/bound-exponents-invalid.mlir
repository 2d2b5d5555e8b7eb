// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-bound-exponents

// The last number takes no part in the maximum.
sdfg.sdfg @main [R] (in "X" %X: !sdfg.array<[R, 8] x f32>, out "Y" %Y: !sdfg.array<[R, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-bound-exponents: nothing is the exponential of a difference from its maximum}}
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      sdfg.map [i = 0:7] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.map [i = 0:8] {
        sdfg.tasklet (%x = %X[r, i], %m = %M[]) -> (%Y[r, i]) {
          %0 = arith.subf %x, %m : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1 : f32
        }
      }
    }
  }
}

// -----

// What is subtracted is the number.
sdfg.sdfg @main [R] (in "X" %X: !sdfg.array<[R, 8] x f32>, out "Y" %Y: !sdfg.array<[R, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{nothing is the exponential of a difference from its maximum}}
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      sdfg.map [i = 0:8] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.map [i = 0:8] {
        sdfg.tasklet (%x = %X[r, i], %m = %M[]) -> (%Y[r, i]) {
          %0 = arith.subf %m, %x : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1 : f32
        }
      }
    }
  }
}

// -----

// The numbers change after the maximum.
sdfg.sdfg @main [R] (inout "X" %X: !sdfg.array<[R, 8] x f32>, out "Y" %Y: !sdfg.array<[R, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{nothing is the exponential of a difference from its maximum}}
    sdfg.map [r = 0:R] {
      %M = sdfg.alloc "M" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%M[]) { %0 = arith.constant 0xff800000 : f32 sdfg.yield %0 : f32 }
      sdfg.map [i = 0:8] { sdfg.tasklet (%x = %X[r, i]) -> (%M[] wcr max) { sdfg.yield %x : f32 } }
      sdfg.map [i = 0:8] { sdfg.tasklet (%x = %X[r, i]) -> (%X[r, i]) { %0 = arith.addf %x, %x : f32 sdfg.yield %0 : f32 } }
      sdfg.map [i = 0:8] {
        sdfg.tasklet (%x = %X[r, i], %m = %M[]) -> (%Y[r, i]) {
          %0 = arith.subf %x, %m : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1 : f32
        }
      }
    }
  }
}
