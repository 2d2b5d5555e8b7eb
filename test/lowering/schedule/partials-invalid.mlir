// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-partials='loops=c'

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K] x f32>, inout "S" %S: !sdfg.array<[K] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-partials: registers hold a constant number of partial results}}
    sdfg.map [o = 0:2] { sdfg.map [c = 0:K] {
      sdfg.tasklet (%a = %A[c]) -> (%S[0] wcr sum) { sdfg.yield %a : f32 }
    } }
  }
}

// -----

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K, 8] x f32>, inout "S" %S: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-partials: the result moves with the loops}}
    sdfg.map [o = 0:K] { sdfg.map [c = 0:8] {
      sdfg.tasklet (%a = %A[o, c]) -> (%S[c] wcr sum) { sdfg.yield %a : f32 }
    } }
  }
}

// -----

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K, 8] x f32>, out "S" %S: !sdfg.array<[K, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-partials: loops c hold no reduction}}
    sdfg.map [o = 0:K] { sdfg.map [c = 0:8] {
      sdfg.tasklet (%a = %A[o, c]) -> (%S[o, c]) { sdfg.yield %a : f32 }
    } }
  }
}

// -----

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K, 8] x i32>, inout "S" %S: !sdfg.array<[1] x i32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-partials: partial results are floating-point numbers}}
    sdfg.map [o = 0:K] { sdfg.map [c = 0:8] {
      sdfg.tasklet (%a = %A[o, c]) -> (%S[0] wcr sum) { sdfg.yield %a : i32 }
    } }
  }
}

// -----

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[K, 512] x f32>, inout "S" %S: !sdfg.array<[1] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-partials: there are more than 256 partial results}}
    sdfg.map [o = 0:K] { sdfg.map [c = 0:512] {
      sdfg.tasklet (%a = %A[o, c]) -> (%S[0] wcr sum) { sdfg.yield %a : f32 }
    } }
  }
}
