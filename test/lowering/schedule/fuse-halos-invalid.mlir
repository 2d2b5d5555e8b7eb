// RUN: sdfg-opt %s --split-input-file -p 'sdfg-fuse-halos{containers=t loops=i sizes=8}' --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s -p 'sdfg-fuse-halos{containers=t loops=i,j sizes=8}' 2>&1 | filecheck %s --check-prefix=OPTIONS
// RUN: not sdfg-opt %s -p 'sdfg-fuse-halos{containers=t loops=i sizes=0}' 2>&1 | filecheck %s --check-prefix=SIZES

// OPTIONS: wants containers, and a size for each of the loops
// SIZES: sizes are at least 1, got (0,)

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: each tile reads all of it
sdfg.sdfg @all (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.tasklet (%a = %x[k]) -> (%t[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[63 - i], %b = %t[i]) -> (%y[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: what writes it writes other containers, too
sdfg.sdfg @other (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>, out "z" %z: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.tasklet (%a = %x[k]) -> (%t[k], %z[k]) {
        sdfg.yield %a, %a : f32, f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: the last nests write what is read for the next tile
sdfg.sdfg @overwritten (inout "x" %x: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.tasklet (%a = %x[63 - k]) -> (%t[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%x[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: 'sdfg.copy' in between touches the same data
sdfg.sdfg @between (inout "x" %x: !sdfg.array<[64] x f32>, in "z" %z: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.tasklet (%a = %x[k]) -> (%t[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.copy %z[0:64] -> %x[0:64]
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: tiles are no multiple of blocks of 16
sdfg.sdfg @multiples (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:4, l = 0:16] {
      sdfg.tasklet (%a = %x[16 * k + l]) -> (%t[16 * k + l]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: what writes it uses what was there before
sdfg.sdfg @sums (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[64] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:64] {
      sdfg.tasklet () -> (%t[k]) {
        %0 = arith.constant 1.0 : f32
        sdfg.yield %0 : f32
      }
    }
    sdfg.map [k = 0:64] {
      sdfg.tasklet (%a = %x[k]) -> (%t[k] wcr sum) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}

// -----

// CHECK: 'sdfg.state' is not transformed by sdfg-fuse-halos: two of the nests that read it share what they write
sdfg.sdfg @shared (in "x" %x: !sdfg.array<[66] x f32>, out "y" %y: !sdfg.array<[65] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[66] x f32>
  sdfg.state @s {
    sdfg.map [k = 0:66] {
      sdfg.tasklet (%a = %x[k]) -> (%t[k]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:64] {
      sdfg.tasklet (%a = %t[i + 2]) -> (%y[i + 1]) {
        sdfg.yield %a : f32
      }
    }
  }
}
