// RUN: sdfg-opt %s --print-analysis=strides | filecheck %s

// Distances between neighbouring iterations: through views, of vectors, of data.
// CHECK-LABEL: strides @moves
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i = 0:N, j = 0:64:8]
// CHECK-NEXT:       read %x[i, j:j + 8]: i strided by 64, j contiguous
// CHECK-NEXT:       read %columns[j, i]: i strided by 64, j strided by 8
// CHECK-NEXT:       write %y[i, j:j + 8]: i strided by 64, j contiguous
// CHECK-NEXT:     map [i = 0:N, j = 0:32]
// CHECK-NEXT:       read %at[j]: i invariant, j contiguous
// CHECK-NEXT:       read %x[0:N, 0:64]: i irregular, j irregular
// CHECK-NEXT:       read %x[i, -2 * j + 63]: i strided by 64, j strided by -2
// CHECK-NEXT:       read %x[i, j floordiv 2]: i strided by 64, j irregular
// CHECK-NEXT:       write %y[i, j]: i strided by 64, j contiguous
sdfg.sdfg @moves [N] (
    in "x" %x: !sdfg.array<[N, 64] x f32>, in "at" %at: !sdfg.array<[64] x index>,
    out "y" %y: !sdfg.array<[N, 64] x f32>) {
  %columns = sdfg.view %x : !sdfg.array<[64, N] x f32, strides [1, 64]>
  sdfg.state @s {
    sdfg.map [i = 0:N, j = 0:64:8] {
      sdfg.tasklet (%a: vector<8xf32> = %x[i, j:j + 8], %b = %columns[j, i]) -> (%y[i, j:j + 8]) {
        sdfg.yield %a : vector<8xf32>
      }
    }
    sdfg.map [i = 0:N, j = 0:32] {
      sdfg.tasklet (%p = %at[j], %t: !sdfg.array<[N, 64] x f32> = %x[0:N, 0:64] volume 1, %a = %x[i, 63 - 2 * j], %b = %x[i, j floordiv 2]) -> (%y[i, j]) {
        sdfg.yield %a : f32
      }
    }
  }
}
