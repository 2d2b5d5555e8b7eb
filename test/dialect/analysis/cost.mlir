// RUN: sdfg-opt %s --print-analysis=cost | filecheck %s

// Operations and compulsory traffic of programs, states and nodes, through calls.
// CHECK-LABEL: cost @layer
// CHECK-NEXT:   16 * K * M + 16 * M flops, 8 * M tanh, 32 * K + 4 * K * M bytes read, 32 * M written, (4 * K * M + 4 * M) / (8 * K + 8 * M + K * M) flops/byte
// CHECK-NEXT:   state @s: 16 * K * M + 16 * M flops, 8 * M tanh, 32 * K + 4 * K * M bytes read, 32 * M written, (4 * K * M + 4 * M) / (8 * K + 8 * M + K * M) flops/byte
// CHECK-NEXT:     map [i = 0:M, j = 0:8]: 16 * K * M flops, 32 * K + 4 * K * M bytes read, 32 * M written, (4 * K * M) / (8 * K + 8 * M + K * M) flops/byte
// CHECK-NEXT:     map [i = 0:M, j = 0:8]: 16 * M flops, 8 * M tanh, 32 * M bytes read, 32 * M written, 0.25 flops/byte
sdfg.sdfg @layer [M, K] (in "x" %x: !sdfg.array<[M, K] x f32>, in "w" %w: !sdfg.array<[K, 8] x f32>, out "y" %y: !sdfg.array<[M, 8] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[M, 8] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:M, j = 0:8] {
      sdfg.tasklet () -> (%t[i, j]) {
        %zero = arith.constant 0.0 : f32
        sdfg.yield %zero : f32
      }
      sdfg.map [k = 0:K] {
        sdfg.tasklet (%a = %x[i, k], %b = %w[k, j]) -> (%t[i, j] wcr sum) {
          %c = arith.mulf %a, %b : f32
          sdfg.yield %c : f32
        }
      }
    }
    sdfg.map [i = 0:M, j = 0:8] {
      sdfg.tasklet (%a = %t[i, j]) -> (%y[i, j]) {
        %b = math.fma %a, %a, %a : f32
        %c = math.tanh %b : f32
        sdfg.yield %c : f32
      }
    }
  }
}

// CHECK-LABEL: cost @twice
// CHECK-NEXT:   528 * M flops, 8 * M tanh, at most 96 * M + 512 bytes read, 64 * M written, (33 * M) / (10 * M + 32) flops/byte
// CHECK-NEXT:   call %x, %w, %y: 272 * M flops, 8 * M tanh, at most 64 * M + 512 bytes read, 32 * M written, (17 * M) / (6 * M + 32) flops/byte
// CHECK-NEXT:   state @s: 256 * M flops, 96 * M + 512 bytes read, 32 * M written, (2 * M) / (M + 4) flops/byte
// CHECK-NEXT:     matmul %x, %w, %z: 256 * M flops, 96 * M + 512 bytes read, 32 * M written, (2 * M) / (M + 4) flops/byte
sdfg.sdfg @twice [M] (in "x" %x: !sdfg.array<[M, 16] x f32>, in "w" %w: !sdfg.array<[16, 8] x f32>, out "y" %y: !sdfg.array<[M, 8] x f32>, inout "z" %z: !sdfg.array<[M, 8] x f32>) {
  sdfg.call @layer(%x, %w, %y) [M = M, K = 16]
  sdfg.state @s {
    sdfg.matmul (%x, %w) -> (%z) {accumulate}
  }
}
