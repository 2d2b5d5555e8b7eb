// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-side-by-side' | filecheck %s

// Nests of different shapes share the threads, half of the points of each for each of two cores; a short
// one is one point, and the first.
// CHECK-LABEL: @shapes
// CHECK: sdfg.map [point = 0:60] schedule(parallel) {
// CHECK-NEXT: sdfg.map [share = point floordiv 30:point floordiv 30 + 1, place = point mod 30:point mod 30 + 1] {
// CHECK-NEXT: sdfg.if place < 1 {
// CHECK-NEXT: sdfg.if place + share < 1 {
// CHECK-NEXT: sdfg.map [l = 0:30] schedule(simd) {
// CHECK: } else {
// CHECK-NEXT: sdfg.if place < 22 {
// CHECK-NEXT: sdfg.map [i = (21 * share + place + 13) floordiv 14 - 1:{{.*}}, j = (21 * share + place + 13) mod 14:{{.*}}] {
// CHECK: } else {
// CHECK-NEXT: sdfg.map [k = 16 * share + 2 * place - 43:16 * share + 2 * place - 42] {
sdfg.sdfg @shapes (in "x" %x: !sdfg.array<[3, 14] x f32>, out "y" %y: !sdfg.array<[3, 14] x f32>, out "z" %z: !sdfg.array<[33] x f32>, out "w" %w: !sdfg.array<[30] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:3, j = 0:14] schedule(parallel) {
      sdfg.tasklet (%a = %x[i, j]) -> (%y[i, j]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [k = 1:33:2] schedule(parallel) {
      sdfg.tasklet (%a = %x[0, 3]) -> (%z[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [l = 0:30] schedule(simd) {
      sdfg.tasklet () -> (%w[l]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// The second nest reads what the first one writes: one after the other. Two short nests are worth no
// threads. A number of points that is not known stays alone.
// CHECK-LABEL: @apart
// CHECK: sdfg.map [i = 0:64] schedule(parallel) {
// CHECK: sdfg.map [j = 0:32] schedule(parallel) {
// CHECK: sdfg.map [k = 0:8] {
// CHECK: sdfg.map [k = 0:8] {
// CHECK: sdfg.map [n = 0:N] schedule(parallel) {
sdfg.sdfg @apart [N] (in "x" %x: !sdfg.array<[64] x f32>, inout "y" %y: !sdfg.array<[64] x f32>, inout "z" %z: !sdfg.array<[32] x f32>, out "v" %v: !sdfg.array<[8] x f32>, out "w" %w: !sdfg.array<[8] x f32>, out "u" %u: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:64] schedule(parallel) {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [j = 0:32] schedule(parallel) {
      sdfg.tasklet (%a = %y[j + 1]) -> (%z[j]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @short {
    sdfg.map [k = 0:8] {
      sdfg.tasklet (%a = %x[k]) -> (%v[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [k = 0:8] {
      sdfg.tasklet (%a = %x[k + 8]) -> (%w[k]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.state @open {
    sdfg.map [n = 0:N] schedule(parallel) {
      sdfg.tasklet (%a = %x[0]) -> (%u[n]) {
        sdfg.yield %a : f32
      }
    }
  }
}
