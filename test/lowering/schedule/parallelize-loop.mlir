// RUN: sdfg-opt %s -p 'sdfg-parallelize-loop{loops=i,j least=64 state=maps}' | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-parallelize-loop{loops=k state=loop}' --print-debuginfo | filecheck %s --check-prefix=LOOP
// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-parallelize-loop{loops=j state=maps},sdfg-parallelize' | filecheck %s --check-prefix=KEPT

// RUN: sdfg-opt %s -p 'sdfg-parallelize-loop{loops=i,j least=64 claim=static state=maps}' | filecheck %s --check-prefix=STATIC
// RUN: sdfg-opt %s -p 'sdfg-parallelize-loop{loops=k claim=static state=loop}' -t openmp-c | filecheck %s --check-prefix=CODE

// Loops that are distributed together are one map; it pays from so many points on.
// CHECK:      sdfg.map [i = 0:N, j = 0:M] schedule(parallel if M * N > 63) {
// CHECK-NEXT:   sdfg.map [l = 0:4] {

// A whole part for each thread at once.
// STATIC:      sdfg.map [i = 0:N, j = 0:M] schedule(static if M * N > 63) {
// STATIC-NEXT:   sdfg.map [l = 0:4] {
// CODE: sdfg_team_run_parts(context->team, main_part, &values, N);

// Iterations that share nothing need no order.
// LOOP:      sdfg.map [k = 0:N] schedule(parallel) {
// LOOP-NEXT:   sdfg.tasklet
// LOOP:      } loc("model.py":2:1)

// What somebody decided stays.
// KEPT:      sdfg.map [i = 0:N] {
// KEPT-NEXT:   sdfg.map [j = 0:M] schedule(parallel) {
// KEPT-NEXT:     sdfg.map [l = 0:4] {
sdfg.sdfg @main [N, M] (in "A" %A: !sdfg.array<[N, M, 4] x f32>, out "B" %B: !sdfg.array<[N, M, 4] x f32>, inout "C" %C: !sdfg.array<[N + N] x f32>) {
  sdfg.state @maps {
    sdfg.map [i = 0:N, j = 0:M, l = 0:4] {
      sdfg.tasklet (%a = %A[i, j, l]) -> (%B[i, j, l]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @loop {
    sdfg.for [k = 0:N] {
      sdfg.tasklet (%a = %C[2 * k]) -> (%C[2 * k + 1]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":2:1)
  }
}
