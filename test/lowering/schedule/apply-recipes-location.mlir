// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' --print-debuginfo | filecheck %s

// Everything new points at the line of the nest.
sdfg.sdfg @sums (in "A" %A: !sdfg.array<[96, 16] x f32>, out "C" %C: !sdfg.array<[16] x f32>) {
  sdfg.state @sum {
    sdfg.map [i0 = 0:16] {
      sdfg.tasklet () -> (%C[i0]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[r0, i0]) -> (%C[i0] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":12:4)
  }
}
// CHECK: sdfg.alloc "acc" : !sdfg.array<[2] x vector<8xf32>, register> loc("model.py":12:4)
// CHECK: } loc("model.py":12:4)
