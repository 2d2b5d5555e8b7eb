// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-transpose='loops=m,n'

// Of different sizes.
sdfg.sdfg @main (in "A" %A: !sdfg.array<[2, 4, 8] x f32>, out "B" %B: !sdfg.array<[2, 8, 4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-transpose: loops m, n hold no square that is read across}}
    sdfg.map [o = 0:2, n = 0:4, m = 0:8] {
      sdfg.tasklet (%a = %A[o, n, m]) -> (%B[o, m, n]) { sdfg.yield %a : f32 }
    }
  }
}

// -----

// Read along the second loop.
sdfg.sdfg @main (in "A" %A: !sdfg.array<[2, 4, 4] x f32>, out "B" %B: !sdfg.array<[2, 4, 4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-transpose: loops m, n hold no square that is read across}}
    sdfg.map [o = 0:2, m = 0:4, n = 0:4] {
      sdfg.tasklet (%a = %A[o, m, n]) -> (%B[o, m, n]) { sdfg.yield %a : f32 }
    }
  }
}

// -----

sdfg.sdfg @main (in "A" %A: !sdfg.array<[4, 4] x f32>, out "B" %B: !sdfg.array<[4, 4] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-transpose: the square is the whole nest: tile its loops first}}
    sdfg.map [n = 0:4, m = 0:4] {
      sdfg.tasklet (%a = %A[n, m]) -> (%B[m, n]) { sdfg.yield %a : f32 }
    }
  }
}
