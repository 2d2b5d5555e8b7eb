// RUN: sdfg-opt %s -p 'sdfg-skew{loops=i,j into=w}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-skew{loops=i,j},sdfg-parallelize-loop{loops=i least=16}' | filecheck %s --check-prefix=THREADS

// The distances (1, -1) and (0, 1) ask for the slope 2; points of one diagonal have no order.
// CHECK:      sdfg.for [w = 0:2 * N + M - 6] {
// CHECK-NEXT:   sdfg.map [i = max((w - M) floordiv 2 + 2, 0) + 1:min(N - 1, w floordiv 2 + 1) + 1] {
// CHECK-NEXT:     sdfg.tasklet ({{.*}} = %A[i - 1, w - 2 * i + 4], {{.*}} = %A[i, w - 2 * i + 2]) -> (%A[i, w - 2 * i + 3]) {
// CHECK:          } loc("model.py":4:1)
// CHECK-NEXT:   } loc("model.py":4:1)
// CHECK-NEXT: } loc("model.py":3:1)

// THREADS:      sdfg.for [wave = 0:2 * N + M - 6] {
// THREADS-NEXT:   sdfg.map [i = {{.*}}] schedule(parallel if {{.*}} > 15) {
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>) {
  sdfg.state @s {
    sdfg.for [i = 1:N] {
      sdfg.for [j = 1:M - 1] {
        sdfg.tasklet (%a = %A[i - 1, j + 1], %b = %A[i, j - 1]) -> (%A[i, j]) {
          %0 = arith.addf %a, %b : f32
          sdfg.yield %0 : f32
        }
      } loc("model.py":4:1)
    } loc("model.py":3:1)
  }
}
