// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes{recipe="%S/Inputs/illegal.mlir"}' --verify-diagnostics | filecheck %s

// A step that is not legal is refused with the reason, where the recipe was asked for.
// CHECK: model.py:3:1: 'sdfg.map' does not fit the recipe: unroll: loop k has 96 iterations, more than 64
sdfg.sdfg @main (in "A" %A: !sdfg.array<[16, 96] x f32>, in "B" %B: !sdfg.array<[96, 16] x f32>, out "C" %C: !sdfg.array<[16, 16] x f32>) {
  sdfg.state @mm {
    sdfg.map [i0 = 0:16, i1 = 0:16] {
      sdfg.tasklet () -> (%C[i0, i1]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[i0, r0], %b = %B[r0, i1]) -> (%C[i0, i1] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("model.py":3:1)
  }
}
