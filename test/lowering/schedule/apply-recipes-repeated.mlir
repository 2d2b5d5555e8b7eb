// RUN: sdfg-opt %s -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes' --print-debuginfo | filecheck %s

// Two nests that differ in containers alone are mapped in the same way, each with what it reads, named
// and placed as its own.
sdfg.sdfg @layers (in "A" %A: !sdfg.array<[8, 96] x f32>, out "C" %C: !sdfg.array<[8, 32] x f32>, out "D" %D: !sdfg.array<[8, 32] x f32>) {
  %B = sdfg.constant #sdfg.weight<"first"> : !sdfg.array<[96, 32] x f32>
  %E = sdfg.constant #sdfg.weight<"second"> : !sdfg.array<[96, 32] x f32>
  sdfg.state @mm {
    sdfg.map [i0 = 0:8, i1 = 0:32] {
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
    } loc("layer1")
    sdfg.map [i0 = 0:8, i1 = 0:32] {
      sdfg.tasklet () -> (%D[i0, i1]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r0 = 0:96] {
        sdfg.tasklet (%a = %A[i0, r0], %b = %E[r0, i1]) -> (%D[i0, i1] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    } loc("layer2")
  }
}
// CHECK-LABEL: sdfg.sdfg @layers
// CHECK:         %[[P:.*]] = sdfg.alloc "first_packed" : !sdfg.array<[2, 96, 2, 8] x f32> loc("layer1")
// CHECK:         %[[Q:.*]] = sdfg.alloc "second_packed" : !sdfg.array<[2, 96, 2, 8] x f32> loc("layer2")
// CHECK:         sdfg.tasklet (%{{.*}} = %B[{{.*}}]{{.*}}) -> (%[[P]][
// CHECK:         sdfg.tasklet (%{{.*}}: vector<8xf32> {{.*}}= %[[P]][
// CHECK:         -> (%C[
// CHECK:         } loc("layer1")
// CHECK:         sdfg.tasklet (%{{.*}} = %E[{{.*}}]{{.*}}) -> (%[[Q]][
// CHECK:         sdfg.tasklet (%{{.*}}: vector<8xf32> {{.*}}= %[[Q]][
// CHECK:         -> (%D[
// CHECK:         } loc("layer2")
