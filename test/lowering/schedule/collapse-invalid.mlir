// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-collapse

// A bias moves with the inner loop alone.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, in "c" %c: !sdfg.array<[8] x f32>, out "B" %B: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-collapse: no two loops run over one row of memory}}
    sdfg.map [i = 0:N, j = 0:8] {
      sdfg.tasklet (%a = %A[i, j], %b = %c[j]) -> (%B[i, j]) { %0 = arith.addf %a, %b : f32 sdfg.yield %0 : f32 }
    }
  }
}

// -----

// A part of each row.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, out "B" %B: !sdfg.array<[N, 4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-collapse: no two loops run over one row of memory}}
    sdfg.map [i = 0:N, j = 0:4] {
      sdfg.tasklet (%a = %A[i, j]) -> (%B[i, j]) { sdfg.yield %a : f32 }
    }
  }
}

// -----

// The value of a parameter is used.
sdfg.sdfg @main [N] (out "B" %B: !sdfg.array<[N, 4] x index>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-collapse: no two loops run over one row of memory}}
    sdfg.map [i = 0:N, j = 0:4] {
      sdfg.tasklet () -> (%B[i, j]) { %0 = sdfg.index "j" sdfg.yield %0 : index }
    }
  }
}
