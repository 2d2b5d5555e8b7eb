// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// Nests that share a map are mapped each on its own; what they pack lives on the stack of an iteration.
// CHECK-LABEL: sdfg.sdfg @attention
// CHECK:      sdfg.state @s {
// CHECK-NEXT:   sdfg.map [h = 0:12] {
// CHECK-NEXT:     %S = sdfg.alloc : !sdfg.array<[32, 16] x f32, stack>
// CHECK-NEXT:     %packed = sdfg.alloc "K_packed" : !sdfg.array<[{{.*}}] x f32, stack>
// CHECK:            = %K[h, {{.*}}]) -> (%packed[
// CHECK:            attributes {recipe = "contraction"
// CHECK:            vector<8xf32> = %packed[
// CHECK:            -> (%S[
// CHECK:            attributes {recipe = "contraction"
// CHECK:            vector<8xf32> = %V[h, k, {{.*}}]
sdfg.sdfg @attention (in "Q" %Q: !sdfg.array<[12, 32, 24] x f32>, in "K" %K: !sdfg.array<[12, 16, 24] x f32>, in "V" %V: !sdfg.array<[12, 16, 24] x f32>, out "Y" %Y: !sdfg.array<[12, 32, 24] x f32>) {
  sdfg.state @s {
    sdfg.map [h = 0:12] {
      %S = sdfg.alloc : !sdfg.array<[32, 16] x f32, stack>
      sdfg.map [i = 0:32, j = 0:16] {
        sdfg.tasklet () -> (%S[i, j]) {
          %0 = arith.constant 0.0 : f32
          sdfg.yield %0 : f32
        }
        sdfg.map [r = 0:24] {
          sdfg.tasklet (%a = %Q[h, i, r], %b = %K[h, j, r]) -> (%S[i, j] wcr sum) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
      sdfg.map [i = 0:32, j = 0:24] {
        sdfg.tasklet () -> (%Y[h, i, j]) {
          %0 = arith.constant 0.0 : f32
          sdfg.yield %0 : f32
        }
        sdfg.map [r = 0:16] {
          sdfg.tasklet (%a = %S[i, r], %b = %V[h, r, j]) -> (%Y[h, i, j] wcr sum) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
    }
  }
}

// What does not fit the stack is not packed: another recipe, or none.
// CHECK-LABEL: sdfg.sdfg @large
// CHECK-NOT:   _packed
sdfg.sdfg @large (in "Q" %Q: !sdfg.array<[12, 32, 512] x f32>, in "K" %K: !sdfg.array<[12, 512, 512] x f32>, out "X" %X: !sdfg.array<[12, 32, 512] x f32>, out "Y" %Y: !sdfg.array<[12, 32, 512] x f32>) {
  sdfg.state @s {
    sdfg.map [h = 0:12] {
      sdfg.map [i = 0:32, j = 0:512] {
        sdfg.tasklet () -> (%X[h, i, j]) {
          %0 = arith.constant 0.0 : f32
          sdfg.yield %0 : f32
        }
        sdfg.map [r = 0:512] {
          sdfg.tasklet (%a = %Q[h, i, r], %b = %K[h, j, r]) -> (%X[h, i, j] wcr sum) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
      sdfg.map [i = 0:32, j = 0:512] {
        sdfg.tasklet (%a = %X[h, i, j]) -> (%Y[h, i, j]) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
