// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// A number of rows known at run time: whole tiles, then row by row the rest; both along the rows, since there
// are few columns for the threads.
sdfg.sdfg @matmul [M] (in "A" %A: !sdfg.array<[M, 96] x f32>, in "B" %B: !sdfg.array<[96, 16] x f32>, out "C" %C: !sdfg.array<[M, 16] x f32>) {
  sdfg.state @mm {
    sdfg.map [i0 = 0:M, i1 = 0:16] {
      sdfg.tasklet () -> (%C[i0, i1]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[i0, r0], %b = %B[r0, i1]) -> (%C[i0, i1] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":12:4)
  }
}
// CHECK-NOT:   sdfg.alloc "B_packed"
// CHECK:       sdfg.map [band = 0:M floordiv 6] attributes {recipe = "contraction"
// CHECK:         vector<8xf32> = %B[k, 8 * vec:8 * vec + 8]
// CHECK:       sdfg.map [band = 0:M - 6 * (M floordiv 6)] attributes {recipe = "contraction"
// CHECK:           sdfg.tasklet (%{{.*}} = %A[6 * (M floordiv 6) + band, k]
