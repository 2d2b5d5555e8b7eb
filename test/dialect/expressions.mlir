// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// Everything the grammar of expressions can say; equal expressions print alike.
sdfg.sdfg @main [N, M] () version 1 {
  // CHECK: sdfg.assign a = 2 * N + 3 * M - 1
  sdfg.assign a = N + 3 * M + N - 1
  // CHECK: sdfg.assign b = (M + 1) * N
  sdfg.assign b = N * (M + 1)
  // CHECK: sdfg.assign c = N floordiv 4
  sdfg.assign c = N floordiv 4
  // CHECK: sdfg.assign d = N mod 4
  sdfg.assign d = N mod 4
  // CHECK: sdfg.assign e = (N + 3) floordiv 4
  sdfg.assign e = N ceildiv 4
  // CHECK: sdfg.assign f = -(N floordiv 4) - 3
  sdfg.assign f = -(N floordiv 4) - 3
  // CHECK: sdfg.assign g = max(M, N) + min(7, M, N)
  sdfg.assign g = min(N, min(M, 7)) + max(N, M)
  // CHECK: sdfg.assign h = N * N
  sdfg.assign h = N * N
  // CHECK: sdfg.assign i = N
  sdfg.assign i = (N * M) floordiv M
  // CHECK: sdfg.if N == 1 {
  sdfg.if N == 1 {
  }
  // CHECK: sdfg.if N ne M {
  sdfg.if N ne M {
  }
  // CHECK: sdfg.if M < 3 and N <= M {
  sdfg.if M < 3 and N <= M {
  }
  // CHECK: sdfg.if (M > 3 or N >= M) and M + N > 4 {
  sdfg.if (M > 3 or N >= M) and M + N > 4 {
  }
  // CHECK: sdfg.if N < 3 {
  sdfg.if not N >= 3 {
  }
  // CHECK: sdfg.if true {
  sdfg.if 1 < 2 {
  }
}
