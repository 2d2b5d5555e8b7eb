// RUN: sdfg-opt %s -p 'sdfg-accumulate{loops=i,j state=product}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-accumulate{loops=i state=largest}' | filecheck %s --check-prefix=LARGEST
// RUN: sdfg-opt %s -p 'sdfg-accumulate{loops=i state=more}' | filecheck %s --check-prefix=MORE
// RUN: sdfg-opt %s -p 'sdfg-accumulate{loops=j state=column}' | filecheck %s --check-prefix=COLUMN

sdfg.sdfg @main [K] (in "A" %A: !sdfg.array<[4, K] x f32>, in "B" %B: !sdfg.array<[K, 8] x f32>, inout "C" %C: !sdfg.array<[4, 8] x f32>, inout "D" %D: !sdfg.array<[4] x f32>) {

  // The zeros go into the registers; a product that is summed becomes one operation.
  // CHECK:      sdfg.map [g = 0:2] {
  // CHECK-NEXT:   %acc = sdfg.alloc "acc" : !sdfg.array<[2, 8] x f32, register> loc("model.py":4:1)
  // CHECK-NEXT:   sdfg.map [i = 0:2, j = 0:8] {
  // CHECK-NEXT:     sdfg.tasklet () -> (%acc[i, j]) {
  // CHECK:        } loc("model.py":3:1)
  // CHECK-NEXT:   sdfg.for [k = 0:K] {
  // CHECK-NEXT:     sdfg.map [i = 0:2, j = 0:8] {
  // CHECK-NEXT:       sdfg.tasklet (%a loc({{.*}}) = %A[2 * g + i, k], %b loc({{.*}}) = %B[k, j], %[[OLD:.*]] loc({{.*}}) = %acc[i, j]) -> (%acc[i, j]) {
  // CHECK-NEXT:         %[[NEW:.*]] = math.fma %a, %b, %[[OLD]] : f32 loc("model.py":4:1)
  // CHECK-NEXT:         sdfg.yield %[[NEW]] : f32 loc("model.py":4:1)
  // CHECK:            } loc("model.py":4:1)
  // CHECK-NEXT:     } loc("model.py":4:1)
  // CHECK-NEXT:   } loc("model.py":4:1)
  // CHECK-NEXT:   sdfg.map [i = 0:2, j = 0:8] {
  // CHECK-NEXT:     sdfg.tasklet (%[[V:.*]] loc({{.*}}) = %acc[i, j]) -> (%C[2 * g + i, j]) {
  // CHECK-NEXT:       sdfg.yield %[[V]] : f32 loc("model.py":4:1)
  // CHECK-NEXT:     } loc("model.py":4:1)
  // CHECK-NEXT:   } loc("model.py":4:1)
  // CHECK-NEXT: } loc("model.py":2:1)
  sdfg.state @product {
    sdfg.map [g = 0:2] {
      sdfg.map [i = 0:2, j = 0:8] {
        sdfg.tasklet () -> (%C[2 * g + i, j]) {
          %0 = arith.constant 0.0 : f32
          sdfg.yield %0 : f32
        }
      } loc("model.py":3:1)
      sdfg.map [i = 0:2, j = 0:8, k = 0:K] {
        sdfg.tasklet (%a = %A[2 * g + i, k], %b = %B[k, j]) -> (%C[2 * g + i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      } loc("model.py":4:1)
    } loc("model.py":2:1)
  }

  // Without a first value the registers begin with what the result holds.
  // LARGEST:      sdfg.state @largest {
  // LARGEST-NEXT:   %acc = sdfg.alloc "acc" : !sdfg.array<[4] x f32, register>
  // LARGEST-NEXT:   sdfg.map [i = 0:4] {
  // LARGEST-NEXT:     sdfg.tasklet (%{{.*}} = %D[i]) -> (%acc[i]) {
  // LARGEST:        sdfg.for [k = 0:K] {
  // LARGEST-NEXT:     sdfg.map [i = 0:4] {
  // LARGEST-NEXT:       sdfg.tasklet (%a = %A[i, k], %[[OLD:.*]] = %acc[i]) -> (%acc[i]) {
  // LARGEST-NEXT:         arith.maximumf %[[OLD]], %a : f32
  // LARGEST:        sdfg.map [i = 0:4] {
  // LARGEST-NEXT:     sdfg.tasklet (%{{.*}} = %acc[i]) -> (%D[i]) {
  sdfg.state @largest {
    sdfg.map [i = 0:4, k = 0:K] {
      sdfg.tasklet (%a = %A[i, k]) -> (%D[i] wcr max) {
        sdfg.yield %a : f32
      }
    }
  }

  // The iterations of j combine into the same results: they follow each other, with registers of their own.
  // MORE:       sdfg.state @more {
  // MORE-NEXT:  sdfg.map [g = 0:2] {
  // MORE-NEXT:    sdfg.for [j = 0:8] {
  // MORE-NEXT:      %acc = sdfg.alloc "acc" : !sdfg.array<[2] x f32, register>
  // MORE-NEXT:      sdfg.map [i = 0:2] {
  // MORE-NEXT:        sdfg.tasklet (%{{.*}} = %D[2 * g + i]) -> (%acc[i]) {
  // MORE:           sdfg.for [k = 0:K] {
  sdfg.state @more {
    sdfg.map [g = 0:2, j = 0:8, i = 0:2, k = 0:K] {
      sdfg.tasklet (%a = %A[2 * g + i, k], %b = %B[k, j]) -> (%D[2 * g + i] wcr sum) {
        %0 = arith.mulf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }

  // A result that does not lie side by side along the loop goes through memory.
  // COLUMN:         %tile = sdfg.alloc "tile" : !sdfg.array<[4] x f32, stack>
  // COLUMN-NEXT:    sdfg.map [j = 0:4] {
  // COLUMN-NEXT:      sdfg.tasklet (%{{.*}} = %acc[j]) -> (%tile[j]) {
  // COLUMN:         sdfg.map [j = 0:4] {
  // COLUMN-NEXT:      sdfg.tasklet (%{{.*}} = %tile[j]) -> (%C[j, 0]) {
  sdfg.state @column {
    sdfg.map [j = 0:4, k = 0:K] {
      sdfg.tasklet (%a = %A[j, k]) -> (%C[j, 0] wcr sum) {
        sdfg.yield %a : f32
      }
    }
  }
}
