// RUN: sdfg-opt %s --split-input-file --verify-diagnostics --sdfg-reciprocal='loop=e'

// Any number: its reciprocal may be too large.
sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[N, 8] x f32>, in "S" %S: !sdfg.array<[N] x f32>, out "B" %B: !sdfg.array<[N, 8] x f32>) {
  sdfg.state @s {
    // expected-error@+1 {{is not transformed by sdfg-reciprocal: loop e divides nothing by a sum of exponentials}}
    sdfg.map [i = 0:N] { sdfg.map [e = 0:8] {
      sdfg.tasklet (%a = %A[i, e], %s = %S[i]) -> (%B[i, e]) { %0 = arith.divf %a, %s : f32 sdfg.yield %0 : f32 }
    } }
  }
}
