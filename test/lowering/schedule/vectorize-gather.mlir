// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=j lanes=4}' --print-debuginfo | filecheck %s

// Each lane loads by itself, what is computed of that are vectors; the row is the same for all lanes of the
// second, which loads a vector.
// CHECK:      sdfg.map [vec = 0:2] {
// CHECK-NEXT:   sdfg.tasklet (%k{{.*}} = %I[4 * vec], %k_1{{.*}} = %I[4 * vec + 1], %k_2{{.*}} = %I[4 * vec + 2], %k_3{{.*}} = %I[4 * vec + 3], %x: !sdfg.array<[N] x f32>{{.*}} = %X[0:N] volume 4, %s{{.*}} = %S[]) -> (%Y[4 * vec:4 * vec + 4]) {
// CHECK-COUNT-4:  sdfg.load
// CHECK:          vector.broadcast
// CHECK:          vector.insert {{.*}}[1]
// CHECK:          vector.insert {{.*}}[2]
// CHECK:          vector.insert {{.*}}[3]
// CHECK:          arith.mulf {{.*}} : vector<4xf32>
// CHECK:          math.exp {{.*}} : vector<4xf32>
// CHECK:        } loc("model.py":1:1)
// CHECK:      sdfg.map [vec = 0:2] {
// CHECK-NEXT:   sdfg.tasklet (%k{{.*}} = %I[0], %x: !sdfg.array<[N, 8] x f32>{{.*}} = %T[0:N, 4 * vec:4 * vec + 4] volume 4) -> (%Z[4 * vec:4 * vec + 4]) {
// CHECK-NEXT:     arith.index_cast
// CHECK-NEXT:     sdfg.index 4 * vec
// CHECK-NEXT:     sdfg.load {{.*}} : !sdfg.array<[N, 8] x f32> -> vector<4xf32>
sdfg.sdfg @main [N] (in "I" %I: !sdfg.array<[8] x i64>, in "X" %X: !sdfg.array<[N] x f32>, in "T" %T: !sdfg.array<[N, 8] x f32>, in "S" %S: !sdfg.array<[] x f32>,
                     out "Y" %Y: !sdfg.array<[8] x f32>, out "Z" %Z: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.map [j = 0:8] {
      sdfg.tasklet (%k = %I[j], %x: !sdfg.array<[N] x f32> = %X[0:N] volume 1, %s = %S[]) -> (%Y[j]) {
        %0 = arith.index_cast %k : i64 to index
        %1 = sdfg.load %x[%0] : !sdfg.array<[N] x f32> -> f32
        %2 = arith.mulf %1, %s : f32
        %3 = math.exp %2 : f32
        sdfg.yield %3 : f32
      } loc("model.py":1:1)
    }
    sdfg.map [j = 0:8] {
      sdfg.tasklet (%k = %I[0], %x: !sdfg.array<[N, 8] x f32> = %T[0:N, j] volume 1) -> (%Z[j]) {
        %0 = arith.index_cast %k : i64 to index
        %1 = sdfg.index j
        %2 = sdfg.load %x[%0, %1] : !sdfg.array<[N, 8] x f32> -> f32
        sdfg.yield %2 : f32
      }
    }
  }
}
