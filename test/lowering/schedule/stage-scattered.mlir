// RUN: sdfg-opt %s -p 'sdfg-stage{along=v,j at=b only=scattered}' | filecheck %s

// The rows of B lie apart, so each block of columns is copied before the bands that read it. Those of P follow each other.
// CHECK-LABEL: sdfg.sdfg @main
sdfg.sdfg @main (in "B" %B: !sdfg.array<[64, 128] x f32>, in "P" %P: !sdfg.array<[4, 64, 32] x f32>, out "C" %C: !sdfg.array<[8, 128] x f32>, out "D" %D: !sdfg.array<[8, 128] x f32>) {
  sdfg.state @s {
    // CHECK:      sdfg.map [n = 0:4] {
    // CHECK-NEXT:   [[COPY:%.*]] = sdfg.alloc "B_packed" : !sdfg.array<[64, 2, 16] x f32>
    // CHECK-NEXT:   sdfg.map [k_1 = 0:64, v_1 = 0:2, j_1 = 0:16] {
    // CHECK-NEXT:     = %B[k_1, 16 * v_1 + 32 * n + j_1]) -> ([[COPY]][k_1, v_1, j_1])
    // CHECK-NOT:    sdfg.alloc
    // CHECK:        sdfg.map [b = 0:8,
    // CHECK:          = [[COPY]][k, v, j]) -> (%C
    // CHECK:          = %P[n, k, 16 * v + j]) -> (%D
    sdfg.map [n = 0:4] {
      sdfg.map [b = 0:8] {
        sdfg.map [v = 0:2, j = 0:16] {
          sdfg.map [k = 0:64] {
            sdfg.tasklet (%b = %B[k, 32 * n + 16 * v + j]) -> (%C[b, 32 * n + 16 * v + j] wcr sum) { sdfg.yield %b : f32 }
            sdfg.tasklet (%p = %P[n, k, 16 * v + j]) -> (%D[b, 32 * n + 16 * v + j] wcr sum) { sdfg.yield %p : f32 }
          }
        }
      }
    }
  }
}
