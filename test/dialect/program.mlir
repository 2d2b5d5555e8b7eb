// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// A bit of everything in one program.
// CHECK: sdfg.sdfg private @layer
// CHECK: sdfg.sdfg @main [N, E]
// CHECK: sdfg.map [i = 0:N, j = 0:32] schedule(parallel if N > 64)
// CHECK: sdfg.consume (%x = %q) workers 4
// CHECK: sdfg.while m <= 3 and n > 0
// CHECK: sdfg.call @layer(%t, %C) [N = n + 2]
sdfg.sdfg private @layer [N] (in "x" %x: !sdfg.array<[N, 32] x f32>, out "y" %y: !sdfg.array<[N, 32] x f32>) version 1 {
  sdfg.state @copy {
    sdfg.copy %x[0:N, 0:32] -> %y[0:N, 0:32] async
  }
}
sdfg.sdfg @main [N, E] (in "A" %A: !sdfg.array<[N, E] x f32>, in "B" %B: !sdfg.array<[E, 32] x f32>, out "C" %C: !sdfg.array<[N, 32] x f32>) {
  %t = sdfg.alloc "tmp" : !sdfg.array<[N, 32] x f32>
  %w = sdfg.constant #sdfg.weight<"fc1.weight"> : !sdfg.array<[512, 784] x f32>
  %c = sdfg.constant dense<[1, 2]> : tensor<2xi64> : !sdfg.array<[2] x i64>
  %v = sdfg.view %t : !sdfg.array<[32, N] x f32, strides [1, 32]>
  %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
  sdfg.state @mm {
    sdfg.map [i = 0:N, j = 0:32] schedule(parallel if N > 64) {
      sdfg.tasklet () -> (%t[i, j]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:E] {
        sdfg.tasklet (%a = %A[i, k], %b = %B[k, j]) -> (%t[i, j] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
    sdfg.tasklet (%a: !sdfg.array<[N, E] x f32> = %A[0:N, 0:E] volume 1, %b: vector<16xf32> = %B[0, 0:16]) -> (%t[0, 0], %t[1, 0:16], store %o: !sdfg.array<[N, 32] x f32> = %t[1:2, 0:32] volume 1) {
      %i = sdfg.index 2 * E - 2 * N + 1
      %1 = sdfg.load %a[%i, %i] : !sdfg.array<[N, E] x f32> -> f32
      %cc = arith.cmpi slt, %i, %i : index
      sdfg.assert %cc, "index out of bounds"
      sdfg.store %1, %o[%i, %i] : f32, !sdfg.array<[N, 32] x f32>
      sdfg.yield %1, %b : f32, vector<16xf32>
    }
    sdfg.matmul (%A, %B) -> (%C) {accumulate}
    sdfg.consume (%x = %q) workers 4 {
      sdfg.tasklet (%a = %x[]) -> (%q[]) {
        sdfg.yield %a : f32
      }
    }
  }
  sdfg.for [s = 0:N:2] {
    sdfg.state @a {
      sdfg.copy %t[s, 0:32] -> %C[s, 0:32]
    }
  }
  sdfg.assign n = N floordiv 2
  sdfg.read_symbol m = %c[1]
  sdfg.while n > 0 and m <= 3 {
    sdfg.assign n = n - 1
    sdfg.if n == 4 or not (N < 5) {
      sdfg.call @layer(%t, %C) [N = n + 2]
    } else {
      sdfg.state @e attributes {foo = 1 : i64} {
      }
    }
  }
}
