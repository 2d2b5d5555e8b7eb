// RUN: sdfg-opt %s -p "sdfg-set-machine{cores=1},sdfg-online-softmax{rows=4 columns=4}" | filecheck %s

// Two blocks of rows, the second one shorter; three tiles of columns, the last one shorter. What came before a
// tile is scaled to the new maximum, and the division comes last.
// CHECK:      sdfg.map [block = 0:1] {
// CHECK:        sdfg.map [k = 0:3, i = 0:4] {
// CHECK:          ({{.*}} = %Q[4 * block + i, k]) -> (%transposed[k, i])
// CHECK:        sdfg.for [tile = 0:2] {
// CHECK:          sdfg.map [j = 0:4, i = 0:4] {
// CHECK:            ({{.*}} = %transposed[k, i], {{.*}} = %K[4 * tile + j, k]) -> (%scores[j, i] wcr sum)
// CHECK:          ({{.*}} = %largest[i]) -> (%before[i])
// CHECK:          ({{.*}} = %scores[j, i]) -> (%largest[i] wcr larger)
// CHECK:          arith.select
// CHECK:          ({{.*}} = %before[i], {{.*}} = %subtracted[i]) -> (%factor[i])
// CHECK:          ({{.*}} = %scores[j, i], {{.*}} = %subtracted[i]) -> (%scores[j, i])
// CHECK:          ({{.*}} = %scores[j, i]) -> (%more[i] wcr sum)
// CHECK:          ({{.*}} = %total[i], {{.*}} = %factor[i], {{.*}} = %more[i]) -> (%total[i])
// CHECK:          ({{.*}} = %sums[i, d], {{.*}} = %factor[i]) -> (%sum[])
// CHECK:          ({{.*}} = %scores[r, i], {{.*}} = %V[4 * tile + r, d]) -> (%sum[] wcr sum)
// CHECK:        sdfg.map [j = 0:2, i = 0:4] {
// CHECK:          %K[j + 8, k]
// CHECK:        ({{.*}} = %sums[i, d], {{.*}} = %total[i]) -> (%O[4 * block + i, d])
// CHECK-NEXT:     arith.divf
// CHECK:      sdfg.map [block = 0:1] {
// CHECK:        %Q[4 * block + i + 4, k]
sdfg.sdfg @attention (in "Q" %Q: !sdfg.array<[6, 3] x f32>, in "K" %K: !sdfg.array<[10, 3] x f32>,
    in "V" %V: !sdfg.array<[10, 5] x f32>, out "O" %O: !sdfg.array<[6, 5] x f32>) {
  %S = sdfg.alloc : !sdfg.array<[6, 10] x f32>
  %P = sdfg.alloc : !sdfg.array<[6, 10] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:6, j = 0:10] {
      sdfg.tasklet () -> (%S[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:3] {
        sdfg.tasklet (%q = %Q[i, k], %b = %K[j, k]) -> (%S[i, j] wcr sum) {
          %0 = arith.mulf %q, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.map [i = 0:6] {
      %E = sdfg.alloc : !sdfg.array<[10] x f32, stack>
      %m = sdfg.alloc : !sdfg.array<[] x f32, register>
      %t = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%m[]) {
        %0 = arith.constant 0xff800000 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:10] {
        sdfg.tasklet (%x = %S[i, r]) -> (%m[] wcr max) {
          sdfg.yield %x : f32
        }
      }
      sdfg.tasklet () -> (%t[]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:10] {
        sdfg.tasklet (%x = %S[i, r], %b = %m[]) -> (%E[r], %t[] wcr sum) {
          %0 = arith.subf %x, %b : f32
          %1 = math.exp %0 : f32
          sdfg.yield %1, %1 : f32, f32
        }
      }
      sdfg.map [r = 0:10] {
        sdfg.tasklet (%e = %E[r], %l = %t[]) -> (%P[i, r]) {
          %0 = arith.divf %e, %l : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.map [i = 0:6, d = 0:5] {
      sdfg.tasklet () -> (%O[i, d]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:10] {
        sdfg.tasklet (%p = %P[i, r], %v = %V[r, d]) -> (%O[i, d] wcr sum) {
          %0 = arith.mulf %p, %v : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
