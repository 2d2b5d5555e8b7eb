// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-stage-gathers='loop=r'

// A sum of what is read where the loop is.
sdfg.sdfg @main (in "A" %A: !sdfg.array<[4, 8] x f32>, out "S" %S: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-stage-gathers: loop r sums up nothing that it loads at computed indices}}
    sdfg.map [i = 0:4] { sdfg.map [r = 0:8] {
      sdfg.tasklet (%a = %A[i, r]) -> (%S[i] wcr sum) { sdfg.yield %a : f32 }
    } }
  }
}

// -----

// Nobody knows how much of the stack a row would take.
sdfg.sdfg @main [N] (in "K" %K: !sdfg.array<[4] x i64>, in "T" %T: !sdfg.array<[9, N] x f32>, out "S" %S: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-stage-gathers: the stack holds rows of a constant size}}
    sdfg.map [i = 0:4] { sdfg.map [r = 0:N] {
      sdfg.tasklet (%k = %K[i], %t: !sdfg.array<[9, N] x f32> = %T[0:9, 0:N] volume 1) -> (%S[i] wcr sum) {
        %row = arith.index_cast %k : i64 to index
        %column = sdfg.index r
        %v = sdfg.load %t[%row, %column] : !sdfg.array<[9, N] x f32> -> f32
        sdfg.yield %v : f32
      }
    } }
  }
}

// -----

// The loop writes over an operand of the sum.
sdfg.sdfg @main (in "K" %K: !sdfg.array<[4] x i64>, in "T" %T: !sdfg.array<[9, 8] x f32>, inout "A" %A: !sdfg.array<[4, 8] x f32>, out "S" %S: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-stage-gathers: the loop writes over what it sums up}}
    sdfg.map [i = 0:4] { sdfg.map [r = 0:8] {
      sdfg.tasklet (%k = %K[i], %a = %A[i, r], %t: !sdfg.array<[9, 8] x f32> = %T[0:9, 0:8] volume 1) -> (%A[i, r], %S[i] wcr sum) {
        %row = arith.index_cast %k : i64 to index
        %column = sdfg.index r
        %v = sdfg.load %t[%row, %column] : !sdfg.array<[9, 8] x f32> -> f32
        %p = arith.mulf %v, %a : f32
        sdfg.yield %v, %p : f32, f32
      }
    } }
  }
}
