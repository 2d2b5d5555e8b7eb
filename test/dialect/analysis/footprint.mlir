// RUN: sdfg-opt %s --print-analysis=footprint | filecheck %s

// Windows that overlap, accesses side by side, tiles, and elements that data chooses.
// CHECK-LABEL: footprint @window
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [o = 0:N]
// CHECK-NEXT:       all of it
// CHECK-NEXT:         %x: 2 * N + 1 elements, 8 * N + 4 bytes, reuse (3 * N) / (2 * N + 1)
// CHECK-NEXT:         %w: 3 elements, 12 bytes, reuse N
// CHECK-NEXT:         %y: N elements, 4 * N bytes, reuse 3.00
// CHECK-NEXT:       one o
// CHECK-NEXT:         %x: 3 elements, 12 bytes, reuse 1.00
// CHECK-NEXT:         %w: 3 elements, 12 bytes, reuse 1.00
// CHECK-NEXT:         %y: 1 elements, 4 bytes, reuse 3.00
// CHECK-NEXT:       one k
// CHECK-NEXT:         %x: 1 elements, 4 bytes, reuse 1.00
// CHECK-NEXT:         %w: 1 elements, 4 bytes, reuse 1.00
// CHECK-NEXT:         %y: 1 elements, 4 bytes, reuse 1.00
sdfg.sdfg @window [N] (in "x" %x: !sdfg.array<[2 * N + 1] x f32>, in "w" %w: !sdfg.array<[3] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [o = 0:N] {
      sdfg.map [k = 0:3] {
        sdfg.tasklet (%a = %x[2 * o + k], %b = %w[k]) -> (%y[o] wcr sum) {
          %c = arith.mulf %a, %b : f32
          sdfg.yield %c : f32
        }
      }
    }
  }
}

// CHECK-LABEL: footprint @stencil
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i = 1:N - 1, j = 1:M - 1]
// CHECK-NEXT:       all of it
// CHECK-NEXT:         %x: M * N - 4 elements, 8 * M * N - 32 bytes, reuse (5 * M * N - 10 * M - 10 * N + 20) / (M * N - 4)
// CHECK-NEXT:         %y: (M - 2) * (N - 2) elements, 8 * (M - 2) * (N - 2) bytes, reuse 1.00
// CHECK-NEXT:       one i
// CHECK-NEXT:         %x: 3 * M - 4 elements, 24 * M - 32 bytes, reuse (5 * M - 10) / (3 * M - 4)
// CHECK-NEXT:         %y: M - 2 elements, 8 * M - 16 bytes, reuse 1.00
// CHECK-NEXT:       one j
// CHECK-NEXT:         %x: 5 elements, 40 bytes, reuse 1.00
// CHECK-NEXT:         %y: 1 elements, 8 bytes, reuse 1.00
sdfg.sdfg @stencil [N, M] (in "x" %x: !sdfg.array<[N, M] x f64>, out "y" %y: !sdfg.array<[N, M] x f64>) {
  sdfg.state @s {
    sdfg.map [i = 1:N - 1, j = 1:M - 1] {
      sdfg.tasklet (%a = %x[i, j - 1], %b = %x[i, j + 1], %c = %x[i - 1, j], %d = %x[i + 1, j], %e = %x[i, j]) -> (%y[i, j]) {
        sdfg.yield %e : f64
      }
    }
  }
}

// CHECK-LABEL: footprint @tiles
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i = 0:N:16]
// CHECK-NEXT:       all of it
// CHECK-NEXT:         %at: N elements, 8 * N bytes, reuse 1.00
// CHECK-NEXT:         %x: at most N elements, 4 * N bytes, reuse 1.00
// CHECK-NEXT:         %y: N elements, 4 * N bytes, reuse 1.00
// CHECK-NEXT:       one i
// CHECK-NEXT:         %at: min(N, i + 16) - i elements, 8 * min(N, i + 16) - 8 * i bytes, reuse 1.00
// CHECK-NEXT:         %x: at most N * N elements, 4 * (N * N) bytes, reuse (min(N, i + 16) - i) / (N * N)
// CHECK-NEXT:         %y: min(N, i + 16) - i elements, 4 * min(N, i + 16) - 4 * i bytes, reuse 1.00
// CHECK-NEXT:       one ii
// CHECK-NEXT:         %at: 1 elements, 8 bytes, reuse 1.00
// CHECK-NEXT:         %x: at most 1 elements, 4 bytes, reuse 1.00
// CHECK-NEXT:         %y: 1 elements, 4 bytes, reuse 1.00
sdfg.sdfg @tiles [N] (in "x" %x: !sdfg.array<[N, N] x f32>, in "at" %at: !sdfg.array<[N] x index>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N:16] {
      sdfg.map [ii = i:min(N, i + 16)] {
        sdfg.tasklet (%p = %at[ii], %t: !sdfg.array<[N, N] x f32> = %x[0:N, 0:N] volume 1) -> (%y[ii]) {
          %zero = arith.constant 0.0 : f32
          sdfg.yield %zero : f32
        }
      }
    }
  }
}
