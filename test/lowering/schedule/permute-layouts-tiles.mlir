// RUN: sdfg-opt %s -p sdfg-permute-layouts | filecheck %s

// A transform of tiles writes several elements, each contiguous along the channels: so is what it reads.
// CHECK:      [[IMAGE:%.*]] = sdfg.alloc "image" : !sdfg.array<[1, 6, 8] x f32>
// CHECK:      -> ([[IMAGE]][0, i1 + 1, i0])
// CHECK:      = [[IMAGE]][0, 2 * i0, i1], {{.*}} = [[IMAGE]][0, 2 * i0 + 1, i1]) -> (%v[0, i0, i1], %v[1, i0, i1])
sdfg.sdfg @main (in "x" %x: !sdfg.array<[1, 8, 4] x f32>, out "v" %v: !sdfg.array<[2, 3, 8] x f32>) {
  %image = sdfg.alloc "image" : !sdfg.array<[1, 8, 6] x f32>
  sdfg.state @s {
    sdfg.map [i0 = 0:8, i1 = 0:4] {
      sdfg.tasklet (%0 = %x[0, i0, i1]) -> (%image[0, i0, i1 + 1]) {
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i0 = 0:3, i1 = 0:8] {
      sdfg.tasklet (%0 = %image[0, i1, 2 * i0], %1 = %image[0, i1, 2 * i0 + 1]) -> (%v[0, i0, i1], %v[1, i0, i1]) {
        %2 = arith.addf %0, %1 : f32
        %3 = arith.subf %0, %1 : f32
        sdfg.yield %2, %3 : f32, f32
      }
    }
  }
}
