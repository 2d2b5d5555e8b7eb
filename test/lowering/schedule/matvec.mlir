// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2 vector_bytes=32 vector_registers=16},sdfg-apply-recipes' | filecheck %s

// A constant matrix is packed: each block of 32 results reads one run of memory; 4 vectors of results are in registers.
// CHECK-LABEL: sdfg.sdfg @constant
// CHECK:      %packed = sdfg.alloc "W_packed" : !sdfg.array<[3, 64, 4, 8] x f32>
// CHECK:      sdfg.map [block = 0:3, k = 0:64, vec = 0:4, column = 0:8] {
// CHECK-NEXT:   sdfg.tasklet (%{{.*}} = %W[k, 32 * block + 8 * vec + column]) -> (%packed[block, k, vec, column]) {
// CHECK:      sdfg.map [block = 0:3] attributes {recipe = "matvec"
// CHECK:        sdfg.for [k = 0:64] {
// CHECK-NEXT:     sdfg.map [vec = 0:4] schedule(unroll) {
// CHECK-NEXT:       sdfg.tasklet (%{{.*}} = %x[k], %{{.*}}: vector<8xf32> = %packed[block, k, vec, 0:8]
// CHECK:              math.fma
// CHECK:      }
sdfg.sdfg @constant (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[96] x f32>) {
  %W = sdfg.constant #sdfg.weight<"W"> : !sdfg.array<[64, 96] x f32>
  sdfg.state @s {
    sdfg.map [n = 0:96] {
      sdfg.tasklet () -> (%y[n]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:64] {
        sdfg.tasklet (%a = %x[k], %b = %W[k, n]) -> (%y[n] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// Another matrix is read where it lies: to copy it would take longer than to read it.
// CHECK-LABEL: sdfg.sdfg @given
// CHECK-NOT:   sdfg.alloc "W_packed"
// CHECK:       sdfg.map [block = 0:3] attributes {recipe = "matvec"
// CHECK:         = %W[k, 32 * block + 8 * vec:32 * block + 8 * vec + 8]
sdfg.sdfg @given (in "x" %x: !sdfg.array<[64] x f32>, in "W" %W: !sdfg.array<[64, 96] x f32>, out "y" %y: !sdfg.array<[96] x f32>) {
  sdfg.state @s {
    sdfg.map [n = 0:96] {
      sdfg.tasklet () -> (%y[n]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:64] {
        sdfg.tasklet (%a = %x[k], %b = %W[k, n]) -> (%y[n] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// The matrix lies along the reduction: lanes are partial results, and nothing is copied.
// CHECK-LABEL: sdfg.sdfg @transposed
// CHECK-NOT:   _packed
// CHECK:       sdfg.map [n = 0:96] attributes {recipe = "matvec_rows"
// CHECK:         = %W[n, 32 * block + 8 * vec:32 * block + 8 * vec + 8]
sdfg.sdfg @transposed (in "x" %x: !sdfg.array<[64] x f32>, out "y" %y: !sdfg.array<[96] x f32>) {
  %W = sdfg.constant #sdfg.weight<"W"> : !sdfg.array<[96, 64] x f32>
  sdfg.state @s {
    sdfg.map [n = 0:96] {
      sdfg.tasklet () -> (%y[n]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:64] {
        sdfg.tasklet (%a = %x[k], %b = %W[n, k]) -> (%y[n] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// What exceeds the second caches of all cores is read once: asked for half a page ahead, and not kept.
// CHECK-LABEL: @large
// CHECK: sdfg.prefetch %B[n, 32 * block + 512:32 * block + 544] into 1 once
sdfg.sdfg @large (in "x" %x: !sdfg.array<[1024] x f32>, out "y" %y: !sdfg.array<[1024] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[1024, 1024] x f32>
  sdfg.state @s {
    sdfg.map [n = 0:1024] {
      sdfg.tasklet () -> (%y[n]) {
        %0 = arith.constant 0.000000e+00 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:1024] {
        sdfg.tasklet (%a = %x[k], %b = %B[n, k]) -> (%y[n] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// Matrices that stay in the caches of both cores: each thread has its part of the rows at once.
// CHECK-LABEL: sdfg.sdfg @cached
// CHECK-NOT: sdfg.prefetch
// CHECK: sdfg.map [n = 0:512] schedule(static) attributes {recipe = "matvec_rows_cached"
sdfg.sdfg @cached (in "x" %x: !sdfg.array<[1024] x f32>, out "y" %y: !sdfg.array<[512] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[512, 1024] x f32>
  sdfg.state @s {
    sdfg.map [n = 0:512] {
      sdfg.tasklet () -> (%y[n]) {
        %0 = arith.constant 0.000000e+00 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:1024] {
        sdfg.tasklet (%a = %x[k], %b = %B[n, k]) -> (%y[n] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}

// Within a loop over heads the threads are for the heads.
// CHECK-LABEL: sdfg.sdfg @within
// CHECK:         sdfg.map [n = 0:512] attributes {recipe = "matvec_rows"
sdfg.sdfg @within (in "x" %x: !sdfg.array<[12, 512] x f32>, in "B" %B: !sdfg.array<[12, 512, 512] x f32>, out "y" %y: !sdfg.array<[12, 512] x f32>) {
  sdfg.state @s {
    sdfg.map [h = 0:12] {
      %t = sdfg.alloc "t" : !sdfg.array<[512] x f32, stack>
      sdfg.map [i = 0:512] {
        sdfg.tasklet (%a = %x[h, i]) -> (%t[i]) {
          %0 = arith.addf %a, %a : f32
          sdfg.yield %0 : f32
        }
      }
      sdfg.map [n = 0:512] {
        sdfg.tasklet () -> (%y[h, n]) {
          %0 = arith.constant 0.000000e+00 : f32
          sdfg.yield %0 : f32
        }
        sdfg.map [k = 0:512] {
          sdfg.tasklet (%a = %t[k], %b = %B[h, n, k]) -> (%y[h, n] wcr sum) {
            %0 = arith.mulf %a, %b : f32
            sdfg.yield %0 : f32
          }
        }
      }
    }
  }
}
