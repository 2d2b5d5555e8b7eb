// RUN: sdfg-opt %s --split-input-file -p 'sdfg-fuse-halos{containers=t loops=i sizes=8}' --check-passes | filecheck %s
// RUN: sdfg-opt %s --split-input-file -p 'sdfg-fuse-halos{containers=t loops=i sizes=10}' --check-passes | filecheck %s --check-prefix=REST

// A tile of 8 results reads 10 elements; the border is set where the tile has it.
// CHECK-LABEL: @halo
// CHECK:      sdfg.map [i_tile = 0:8] {
// CHECK-NEXT:   %t = sdfg.alloc "t" : !sdfg.array<[10] x f32, stack>
// CHECK-NEXT:   sdfg.map [b = 0:1, border = max(0, 8 * i_tile):max(0, 8 * i_tile, min(1, 8 * i_tile + 10))] {
// CHECK-NEXT:     sdfg.tasklet () -> (%t[-8 * i_tile]) {
// CHECK:        sdfg.map [i = max(1, 8 * i_tile):8 * i_tile + 10] {
// CHECK-NEXT:     sdfg.tasklet (%a = %x[i]) -> (%t[i - 8 * i_tile]) {
// CHECK:        sdfg.map [i = 8 * i_tile:8 * i_tile + 8] {
// CHECK-NEXT:     sdfg.tasklet (%a = %t[i - 8 * i_tile], %b = %t[i - 8 * i_tile + 2]) -> (%y[i]) {
// REST-LABEL: @halo
// REST:       sdfg.map [i_tile = 0:7] {
// REST-NEXT:    %t = sdfg.alloc "t" : !sdfg.array<[12] x f32, stack>
// REST:         sdfg.map [i = max(1, 10 * i_tile):min(10 * i_tile + 12, 66)] {
// REST:         sdfg.map [i = 10 * i_tile:min(10 * i_tile + 10, 64)] {
sdfg.sdfg @halo (in "x" %x: !sdfg.array<[66] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[66] x f32>
  sdfg.state @s {
    sdfg.map [b = 0:1] {
      sdfg.tasklet () -> (%t[0]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 1:66] {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        %0 = arith.addf %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i], %b = %t[i + 2]) -> (%y[i]) {
        %0 = arith.subf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// -----

// Two nests read it, with steps of two; blocks of 4 are written at once; what is summed up begins anew.
// CHECK-LABEL: @blocks
// CHECK:      sdfg.map [i_tile = 0:2] {
// CHECK-NEXT:   %t = sdfg.alloc "t" : !sdfg.array<[16] x f32, stack>
// CHECK-NEXT:   sdfg.map [block = 4 * i_tile:4 * i_tile + 4, lane = 0:4] {
// CHECK-NEXT:     sdfg.tasklet () -> (%t[4 * block + lane - 16 * i_tile]) {
// CHECK:          sdfg.map [k = 0:3] {
// CHECK-NEXT:       sdfg.tasklet (%a = %x[4 * block + lane, k]) -> (%t[4 * block + lane - 16 * i_tile] wcr sum) {
// CHECK:        sdfg.map [i = 8 * i_tile:8 * i_tile + 8] {
// CHECK:        sdfg.map [i = 8 * i_tile:8 * i_tile + 8] {
sdfg.sdfg @blocks (in "x" %x: !sdfg.array<[32, 3] x f32>, out "y" %y: !sdfg.array<[16, 2] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[32] x f32>
  sdfg.state @s {
    sdfg.map [block = 0:8, lane = 0:4] {
      sdfg.tasklet () -> (%t[lane + 4 * block]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:3] {
        sdfg.tasklet (%a = %x[lane + 4 * block, k]) -> (%t[lane + 4 * block] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    }
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %t[2 * i]) -> (%y[i, 0]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %t[2 * i + 1]) -> (%y[i, 1]) {
        sdfg.yield %a : f32
      }
    }
  }
}
