// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-stream

sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-stream: nothing writes vectors to memory that the nest does not read}}
    sdfg.map [i = 0:N] { sdfg.tasklet (%a = %A[i]) -> (%B[i]) { sdfg.yield %a : f32 } }
  }
}

// -----

sdfg.sdfg @main [N] (inout "B" %B: !sdfg.array<[8 * N] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-stream: nothing writes vectors to memory that the nest does not read}}
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a: vector<8xf32> = %B[8 * i:8 * i + 8]) -> (%B[8 * i:8 * i + 8]) { sdfg.yield %a : vector<8xf32> }
    }
  }
}
