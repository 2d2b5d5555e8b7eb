// RUN: sdfg-opt %s --sdfg-stage-gathers='loop=r' | filecheck %s
// RUN: sdfg-opt %s --sdfg-set-machine='cores=1' --sdfg-apply-recipes | filecheck %s --check-prefix=RECIPE

// A row of a table, chosen by data, and the root of the mean of its squares: the squares are of what
// the first loop wrote.
// CHECK:       sdfg.map [r = 0:64] {
// CHECK-NEXT:    sdfg.tasklet (%{{.*}} = %word[], %{{.*}}: !sdfg.array<[9, 64] x f32> = %T[0:9, 0:64] volume 1) -> (%Z[i, r]) {
// CHECK:           sdfg.assert
// CHECK:           sdfg.yield
// CHECK:       sdfg.map [r = 0:64] {
// CHECK-NEXT:    sdfg.tasklet (%[[V:.*]] = %Z[i, r]) -> (%sum[] wcr sum) {
// CHECK-NEXT:      %[[S:.*]] = arith.mulf %[[V]], %[[V]] : f32
// CHECK-NEXT:      sdfg.yield %[[S]] : f32

// RECIPE:      sdfg.map [row = 0:4] attributes {recipe = "layer_norm"
// RECIPE:        %[[C:.*]] = sdfg.index 16 * vec
// RECIPE-NEXT:   sdfg.load %{{.*}}[%{{.*}}, %[[C]]] : !sdfg.array<[9, 64] x f32> -> vector<16xf32>
// RECIPE:        sdfg.tasklet (%{{.*}}: vector<16xf32> = %Z[row, 16 * vec + 64 * block:16 * vec + 64 * block + 16]
sdfg.sdfg @written (in "K" %K: !sdfg.array<[4] x i64>, in "T" %T: !sdfg.array<[9, 64] x f32>,
                    out "Z" %Z: !sdfg.array<[4, 64] x f32>, out "Y" %Y: !sdfg.array<[4, 64] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      %word = sdfg.alloc : !sdfg.array<[] x i64, register>
      %sum = sdfg.alloc : !sdfg.array<[] x f32, register>
      %root = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%k = %K[i]) -> (%word[]) { sdfg.yield %k : i64 }
      sdfg.tasklet () -> (%sum[]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%k = %word[], %t: !sdfg.array<[9, 64] x f32> = %T[0:9, 0:64] volume 1)
            -> (%Z[i, r], %sum[] wcr sum) {
          %row = arith.index_cast %k : i64 to index
          %rows = arith.constant 9 : index
          %inside = arith.cmpi ult, %row, %rows : index
          sdfg.assert %inside, "index out of bounds"
          %column = sdfg.index r
          %v = sdfg.load %t[%row, %column] : !sdfg.array<[9, 64] x f32> -> f32
          %square = arith.mulf %v, %v : f32
          sdfg.yield %v, %square : f32, f32
        }
      }
      sdfg.tasklet (%a = %sum[]) -> (%root[]) { %0 = math.rsqrt %a : f32 sdfg.yield %0 : f32 }
      sdfg.map [e = 0:64] {
        sdfg.tasklet (%z = %Z[i, e], %a = %root[]) -> (%Y[i, e]) {
          %0 = arith.mulf %z, %a : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// -----

// Nothing writes what is loaded: a row of its own does.
// CHECK:       %row = sdfg.alloc "row" : !sdfg.array<[64] x f32, stack>
// CHECK:       -> (%row[r]) {
// CHECK:       sdfg.tasklet (%{{.*}} = %B[r], %{{.*}} = %row[r]) -> (%Y[i] wcr sum) {
sdfg.sdfg @unwritten (in "K" %K: !sdfg.array<[4] x i64>, in "T" %T: !sdfg.array<[9, 64] x f32>,
                      in "B" %B: !sdfg.array<[64] x f32>, out "Y" %Y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.tasklet () -> (%Y[i]) { %0 = arith.constant 0.0 : f32 sdfg.yield %0 : f32 }
      sdfg.map [r = 0:64] {
        sdfg.tasklet (%k = %K[i], %b = %B[r], %t: !sdfg.array<[9, 64] x f32> = %T[0:9, 0:64] volume 1)
            -> (%Y[i] wcr sum) {
          %row = arith.index_cast %k : i64 to index
          %column = sdfg.index r
          %v = sdfg.load %t[%row, %column] : !sdfg.array<[9, 64] x f32> -> f32
          %product = arith.mulf %v, %b : f32
          sdfg.yield %product : f32
        }
      }
    }
  }
}
