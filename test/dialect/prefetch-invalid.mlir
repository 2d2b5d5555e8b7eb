// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a memlet has one range per dimension of its container, got 1 in {{.}}0:8{{.}} for rank 2
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.prefetch %x[0:8] into 1
  }
}

// -----

// CHECK: only writes resolve conflicts, got wcr sum on a read
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.prefetch %x[0] wcr sum into 1
  }
}

// -----

// CHECK: caches have levels 1 to 3, got 4
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.prefetch %x[0] into 4
  }
}

// -----

// CHECK: what is fetched is in memory, got
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %r = sdfg.alloc "r" : !sdfg.array<[] x f32, register>
    sdfg.prefetch %r[] into 1
  }
}

// -----

// CHECK: 'sdfg.prefetch' may not stand directly in a program
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>) version 1 {
  sdfg.prefetch %x[0] into 1
}
