// RUN: sdfg-opt %s --print-analysis=kinds | filecheck %s

// What nests compute, whatever their names, and the roles of their loops.
// CHECK-LABEL: kinds @contractions
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i = 0:M, j = 0:N]
// CHECK-NEXT:       matmul i=m j=n k=k
// CHECK-NEXT:     map [z = 0:B, i = 0:M, j = 0:N, k = 0:K]
// CHECK-NEXT:       batched_matmul z=b i=m j=n k=k
// CHECK-NEXT:     map [i = 0:M, k = 0:K]
// CHECK-NEXT:       matvec i=m k=k
// CHECK-NEXT:     map [z = 0:B, i = 0:M, k = 0:K]
// CHECK-NEXT:       batched_matvec z=b i=m k=k
sdfg.sdfg @contractions [B, M, N, K] (
    in "a" %a: !sdfg.array<[M, K] x f32>, in "b" %b: !sdfg.array<[K, N] x f32>,
    in "a3" %a3: !sdfg.array<[B, M, K] x f32>, in "b3" %b3: !sdfg.array<[B, K, N] x f32>,
    in "v" %v: !sdfg.array<[K] x f32>,
    out "c" %c: !sdfg.array<[M, N] x f32>, out "c3" %c3: !sdfg.array<[B, M, N] x f32>,
    out "y" %y: !sdfg.array<[M] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:M, j = 0:N] {
      %t = sdfg.alloc "t" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%t[]) {
        %zero = arith.constant 0.0 : f32
        sdfg.yield %zero : f32
      }
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%x = %a[i, k], %w = %b[k, j]) -> (%t[] wcr sum) {
          %p = arith.mulf %x, %w : f32
          sdfg.yield %p : f32
        }
      }
      sdfg.tasklet (%x = %t[]) -> (%c[i, j]) {
        %r = math.exp %x : f32
        sdfg.yield %r : f32
      }
    }
    sdfg.map [z = 0:B, i = 0:M, j = 0:N, k = 0:K] {
      sdfg.tasklet (%x = %a3[z, i, k], %w = %b3[z, k, j]) -> (%c3[z, i, j] wcr sum) {
        %p = arith.mulf %x, %w : f32
        sdfg.yield %p : f32
      }
    }
    sdfg.map [i = 0:M, k = 0:K] {
      sdfg.tasklet (%x = %a[i, k], %w = %v[k]) -> (%y[i] wcr sum) {
        %p = arith.mulf %x, %w : f32
        sdfg.yield %p : f32
      }
    }
    sdfg.map [z = 0:B, i = 0:M, k = 0:K] {
      sdfg.tasklet (%x = %a3[z, i, k], %w = %b3[z, k, 0]) -> (%c3[z, i, 0] wcr sum) {
        %p = arith.mulf %x, %w : f32
        sdfg.yield %p : f32
      }
    }
  }
}

// CHECK-LABEL: kinds @convolutions
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i0 = 0:2, i1 = 0:32, i2 = 0:8, i3 = 0:8, r0 = 0:16, r1 = 0:3, r2 = 0:3]
// CHECK-NEXT:       convolution i0=n i1=oc i2=o0 i3=o1 r0=ic r1=k0 r2=k1
// CHECK-NEXT:     map [i0 = 0:2, g = 0:4, f = 0:8, i2 = 0:8, i3 = 0:8, r0 = 0:4, r1 = 0:3, r2 = 0:3]
// CHECK-NEXT:       convolution i0=n g=g f=oc i2=o0 i3=o1 r0=ic r1=k0 r2=k1
// CHECK-NEXT:     map [i0 = 0:2, i1 = 0:32, i2 = 0:8, i3 = 0:8, r0 = 0:16]
// CHECK-NEXT:       conv1x1 i0=n i1=oc i2=o0 i3=o1 r0=ic
// CHECK-NEXT:     map [i0 = 0:2, i1 = 0:16, i2 = 0:8, i3 = 0:8, r0 = 0:3, r1 = 0:3]
// CHECK-NEXT:       depthwise_convolution i0=n i1=g i2=o0 i3=o1 r0=k0 r1=k1
// CHECK-NEXT:     map [i0 = 0:2, i1 = 0:16, i2 = 0:8, i3 = 0:8, r0 = 0:2, r1 = 0:2]
// CHECK-NEXT:       pooling i0=n i1=c i2=o0 i3=o1 r0=k0 r1=k1
sdfg.sdfg @convolutions (
    in "x" %x: !sdfg.array<[2, 16, 18, 18] x f32>, in "w" %w: !sdfg.array<[32, 16, 3, 3] x f32>,
    in "p" %p: !sdfg.array<[32, 16, 1, 1] x f32>, in "d" %d: !sdfg.array<[16, 1, 3, 3] x f32>,
    in "h" %h: !sdfg.array<[32, 4, 3, 3] x f32>,
    out "y" %y: !sdfg.array<[2, 32, 8, 8] x f32>, out "z" %z: !sdfg.array<[2, 16, 8, 8] x f32>) {
  sdfg.state @s {
    sdfg.map [i0 = 0:2, i1 = 0:32, i2 = 0:8, i3 = 0:8, r0 = 0:16, r1 = 0:3, r2 = 0:3] {
      sdfg.tasklet (%a = %x[i0, r0, 2 * i2 + r1, 2 * i3 + r2], %b = %w[i1, r0, r1, r2]) -> (%y[i0, i1, i2, i3] wcr sum) {
        %c = arith.mulf %b, %a : f32
        sdfg.yield %c : f32
      }
    }
    sdfg.map [i0 = 0:2, g = 0:4, f = 0:8, i2 = 0:8, i3 = 0:8, r0 = 0:4, r1 = 0:3, r2 = 0:3] {
      sdfg.tasklet (%a = %x[i0, 4 * g + r0, i2 + 2 * r1, i3 + 2 * r2], %b = %h[8 * g + f, r0, r1, r2]) -> (%y[i0, 8 * g + f, i2, i3] wcr sum) {
        %c = arith.mulf %a, %b : f32
        sdfg.yield %c : f32
      }
    }
    sdfg.map [i0 = 0:2, i1 = 0:32, i2 = 0:8, i3 = 0:8, r0 = 0:16] {
      sdfg.tasklet (%a = %x[i0, r0, 2 * i2, 2 * i3], %b = %p[i1, r0, 0, 0]) -> (%y[i0, i1, i2, i3] wcr sum) {
        %c = arith.mulf %a, %b : f32
        sdfg.yield %c : f32
      }
    }
    sdfg.map [i0 = 0:2, i1 = 0:16, i2 = 0:8, i3 = 0:8, r0 = 0:3, r1 = 0:3] {
      sdfg.tasklet (%a = %x[i0, i1, i2 + r0, i3 + r1], %b = %d[i1, 0, r0, r1]) -> (%z[i0, i1, i2, i3] wcr sum) {
        %c = arith.mulf %a, %b : f32
        sdfg.yield %c : f32
      }
    }
    sdfg.map [i0 = 0:2, i1 = 0:16, i2 = 0:8, i3 = 0:8, r0 = 0:2, r1 = 0:2] {
      sdfg.tasklet (%a = %x[i0, i1, 2 * i2 + r0, 2 * i3 + r1]) -> (%z[i0, i1, i2, i3] wcr max) {
        sdfg.yield %a : f32
      }
    }
  }
}

// CHECK-LABEL: kinds @others
// CHECK-NEXT:   state @s
// CHECK-NEXT:     map [i = 0:N, k = 0:M]
// CHECK-NEXT:       reduction i=p0 k=r0
// CHECK-NEXT:     map [i = 0:N]
// CHECK-NEXT:       softmax i=p0 k=r0 k=r1 j=e0
// CHECK-NEXT:     map [i = 0:N, j = 0:M]
// CHECK-NEXT:       transpose i=n j=m
// CHECK-NEXT:     map [i = 0:N, j = 0:M]
// CHECK-NEXT:       elementwise i=e0 j=e1
// CHECK-NEXT:     map [i = 0:N]
// CHECK-NEXT:       other i=l0 j=l1
sdfg.sdfg @others [N, M] (
    in "x" %x: !sdfg.array<[N, M] x f32>, out "s" %s: !sdfg.array<[N] x f32>,
    out "y" %y: !sdfg.array<[N, M] x f32>, out "t" %t: !sdfg.array<[M, N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N, k = 0:M] {
      sdfg.tasklet (%a = %x[i, k]) -> (%s[i] wcr sum) {
        %b = arith.mulf %a, %a : f32
        sdfg.yield %b : f32
      }
    }
    sdfg.map [i = 0:N] {
      %most = sdfg.alloc "most" : !sdfg.array<[] x f32, register>
      %sum = sdfg.alloc "sum" : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%most[], %sum[]) {
        %low = arith.constant 0xff800000 : f32
        %zero = arith.constant 0.0 : f32
        sdfg.yield %low, %zero : f32, f32
      }
      sdfg.map [k = 0:M] {
        sdfg.tasklet (%a = %x[i, k]) -> (%most[] wcr max) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [k = 0:M] {
        sdfg.tasklet (%a = %x[i, k], %b = %most[]) -> (%y[i, k], %sum[] wcr sum) {
          %c = arith.subf %a, %b : f32
          %d = math.exp %c : f32
          sdfg.yield %d, %d : f32, f32
        }
      }
      sdfg.map [j = 0:M] {
        sdfg.tasklet (%a = %y[i, j], %b = %sum[]) -> (%y[i, j]) {
          %c = arith.divf %a, %b : f32
          sdfg.yield %c : f32
        }
      }
    }
    sdfg.map [i = 0:N, j = 0:M] {
      sdfg.tasklet (%a = %x[i, j]) -> (%t[j, i]) {
        sdfg.yield %a : f32
      }
    }
    sdfg.map [i = 0:N, j = 0:M] {
      sdfg.tasklet (%a = %x[i, j]) -> (%y[i, j]) {
        %b = math.tanh %a : f32
        sdfg.yield %b : f32
      }
    }
    sdfg.map [i = 0:N] {
      sdfg.for [j = 1:M] {
        sdfg.tasklet (%a = %y[i, j - 1]) -> (%y[i, j]) {
          sdfg.yield %a : f32
        }
      }
    }
  }
}
