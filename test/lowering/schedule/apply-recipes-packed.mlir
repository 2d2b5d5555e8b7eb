// RUN: sdfg-opt %s -p 'sdfg-set-machine{cores=2},sdfg-apply-recipes' | filecheck %s

// Few columns, so that the rows of A are in lanes: their copy turns rows and columns around, which has
// a recipe of its own. The copy of a constant is made when the model is compiled, as it stands.
// CHECK: sdfg.map [{{.*}}] attributes {recipe = "transpose"
// CHECK: vector.shuffle
// CHECK: sdfg.map [{{.*}}] attributes {recipe = "contraction"
sdfg.sdfg @product (in "A" %A: !sdfg.array<[128, 512] x f32>, out "C" %C: !sdfg.array<[128, 10] x f32>) {
  %B = sdfg.constant #sdfg.weight<"B"> : !sdfg.array<[10, 512] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:128, j = 0:10] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet () -> (%s[]) {
        %zero = arith.constant 0.0 : f32
        sdfg.yield %zero : f32
      }
      sdfg.map [k = 0:512] {
        sdfg.tasklet (%a = %A[i, k], %b = %B[j, k]) -> (%s[] wcr sum) {
          %p = arith.mulf %a, %b : f32
          sdfg.yield %p : f32
        }
      }
      sdfg.tasklet (%r = %s[]) -> (%C[i, j]) {
        %n = arith.negf %r : f32
        sdfg.yield %n : f32
      }
    }
  }
}
