// RUN: sdfg-opt %s -p 'sdfg-interchange{innermost=i,j}' | filecheck %s --check-prefix=INNER
// RUN: sdfg-opt %s -p 'sdfg-interchange{outermost=k,j}' | filecheck %s --check-prefix=OUTER
// RUN: sdfg-opt %s -p 'sdfg-interchange{outermost=k innermost=i}' | filecheck %s --check-prefix=BOTH

// Named loops go inwards or outwards in the order given; the others keep theirs.
// INNER:      sdfg.map [k = 0:K, i = 0:N, j = 0:8] {
// INNER-NEXT:   sdfg.tasklet (%a = %A[i, j, k]) -> (%B[i, j, k]) {
// OUTER:      sdfg.map [k = 0:K, j = 0:8, i = 0:N] {
// BOTH:       sdfg.map [k = 0:K, j = 0:8, i = 0:N] {
sdfg.sdfg @main [N, K] (in "A" %A: !sdfg.array<[N, 8, K] x f32>, out "B" %B: !sdfg.array<[N, 8, K] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:8] {
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %A[i, j, k]) -> (%B[i, j, k]) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
