// RUN: sdfg-opt %s -p sdfg-reuse-containers --print-debuginfo | filecheck %s

// %a and %c are never needed at the same time, %b overlaps both; what is smaller fits as well.
// CHECK-LABEL: @chain
// CHECK-NEXT: %shared = sdfg.alloc "shared" : !sdfg.array<[4 * M * N] x f32> loc(fused["a", "c"])
// CHECK-NEXT: %a = sdfg.view %shared : !sdfg.array<[N, M] x f32> loc("a")
// CHECK-NEXT: %b = sdfg.alloc : !sdfg.array<[N, M] x f32> loc("b")
// CHECK-NEXT: %c = sdfg.view %shared : !sdfg.array<[2 * M, 2 * N] x f32> loc("c")
// CHECK:      sdfg.copy %x[0:N, 0:M] -> %a[0:N, 0:M]
sdfg.sdfg @chain [N, M] (in "x" %x: !sdfg.array<[N, M] x f32>, out "y" %y: !sdfg.array<[N, M] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N, M] x f32> loc("a")
  %b = sdfg.alloc : !sdfg.array<[N, M] x f32> loc("b")
  %c = sdfg.alloc : !sdfg.array<[2*M, 2*N] x f32> loc("c")
  sdfg.state @s {
    sdfg.copy %x[0:N, 0:M] -> %a[0:N, 0:M]
    sdfg.copy %a[0:N, 0:M] -> %b[0:N, 0:M]
  }
  sdfg.state @t {
    %v = sdfg.view %c : !sdfg.array<[N, M] x f32, strides [4*M, 2]>
    sdfg.copy %b[0:N, 0:M] -> %v[0:N, 0:M]
    sdfg.copy %v[0:N, 0:M] -> %y[0:N, 0:M]
  }
}

// Of several that have room, the smallest; both small ones find the same.
// CHECK-LABEL: @tight
// CHECK-NEXT: %a = sdfg.alloc : !sdfg.array<[64] x f32>
// CHECK-NEXT: %shared = sdfg.alloc "shared" : !sdfg.array<[16] x f32>
// CHECK-NEXT: %b = sdfg.view %shared : !sdfg.array<[16] x f32>
// CHECK-NEXT: %c = sdfg.view %shared : !sdfg.array<[8] x f32>
// CHECK-NEXT: %d = sdfg.view %shared : !sdfg.array<[] x f32>
sdfg.sdfg @tight (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[64] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[64] x f32>
  %b = sdfg.alloc : !sdfg.array<[16] x f32>
  %c = sdfg.alloc : !sdfg.array<[8] x f32>
  %d = sdfg.alloc : !sdfg.array<[] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:64] -> %a[0:64]
    sdfg.copy %a[0:16] -> %b[0:16]
    sdfg.copy %b[0:16] -> %y[0:16]
    sdfg.copy %a[0:8] -> %c[0:8]
    sdfg.copy %c[0:8] -> %y[0:8]
    sdfg.copy %a[0] -> %d[]
    sdfg.copy %d[] -> %y[0]
  }
}

// What a loop touches is needed in all of it: %a carries a value from one round to the next.
// What a round allocates is needed in that round.
// CHECK-LABEL: @loop
// CHECK-NEXT: %a = sdfg.alloc
// CHECK-NEXT: %b = sdfg.alloc
// CHECK:      sdfg.for [t = 0:4] {
// CHECK-NEXT:   %shared = sdfg.alloc "shared" : !sdfg.array<[N] x f32>
// CHECK-NEXT:   %c = sdfg.view %shared
// CHECK-NEXT:   %d = sdfg.view %shared
sdfg.sdfg @loop [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %a = sdfg.alloc : !sdfg.array<[N] x f32>
  %b = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @first {
    sdfg.copy %x[0:N] -> %a[0:N]
  }
  sdfg.for [t = 0:4] {
    %c = sdfg.alloc : !sdfg.array<[N] x f32>
    %d = sdfg.alloc : !sdfg.array<[N] x f32>
    sdfg.state @round {
      sdfg.copy %a[0:N] -> %c[0:N]
      sdfg.copy %c[0:N] -> %b[0:N]
      sdfg.copy %b[0:N] -> %d[0:N]
      sdfg.copy %d[0:N] -> %a[0:N]
    }
  }
  sdfg.state @last {
    sdfg.copy %a[0:N] -> %y[0:N]
  }
}

// Kept: another element type, a size that may be larger, a place in registers, a size known late,
// memory of the caller.
// CHECK-LABEL: @kept
// CHECK-NOT: shared
sdfg.sdfg @kept [N, M] (in "x" %x: !sdfg.array<[64] x f32>, in "k" %k: !sdfg.array<[N] x i64>, out "y" %y: !sdfg.array<[64] x f32>, out "l" %l: !sdfg.array<[M] x i64>) {
  %a = sdfg.alloc : !sdfg.array<[64] x f32>
  %b = sdfg.alloc : !sdfg.array<[N] x i64>
  %c = sdfg.alloc : !sdfg.array<[M] x i64>
  %d = sdfg.alloc : !sdfg.array<[] x f32, register>
  sdfg.state @s {
    sdfg.copy %x[0:64] -> %a[0:64]
    sdfg.copy %a[0:64] -> %y[0:64]
    sdfg.copy %k[0:N] -> %b[0:N]
    sdfg.copy %b[0] -> %l[0]
    sdfg.copy %l[0:M] -> %c[0:M]
    sdfg.copy %c[0] -> %l[1]
    sdfg.copy %x[0] -> %d[]
    sdfg.copy %d[] -> %y[0]
  }
  sdfg.read_symbol late = %k[0]
  %e = sdfg.alloc : !sdfg.array<[late] x f32>
  sdfg.state @t {
    sdfg.copy %x[0] -> %e[0]
    sdfg.copy %e[0] -> %y[1]
  }
}
