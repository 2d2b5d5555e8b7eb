// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// The pieces that a nest was cut into share a copy.
// CHECK:     sdfg.alloc "W_packed"
// CHECK-NOT: sdfg.alloc "W_packed" : !sdfg.array<[1
// CHECK:     math.fma
// CHECK:     math.fma
sdfg.sdfg @main [M] (in "A" %A: !sdfg.array<[M, 96] x f32>, inout "C" %C: !sdfg.array<[M, 16] x f32>) {
  %W = sdfg.constant #sdfg.weight<"W"> : !sdfg.array<[16, 96] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:M, j = 0:16] {
      sdfg.tasklet () -> (%C[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:96] {
        sdfg.tasklet (%a = %A[i, k], %b = %W[j, k]) -> (%C[i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
