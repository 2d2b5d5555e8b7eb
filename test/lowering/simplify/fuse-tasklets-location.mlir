// RUN: sdfg-opt %s -p sdfg-fuse-tasklets --print-debuginfo | filecheck %s

// What is merged comes from both places; each computation keeps its own.
// CHECK: math.exp %a : f32 loc("exp")
// CHECK: arith.negf %{{.*}} : f32 loc("neg")
// CHECK: } loc(fused["exp", "neg"])
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      %s = sdfg.alloc : !sdfg.array<[] x f32, register>
      sdfg.tasklet (%a = %x[i]) -> (%s[]) {
        %0 = math.exp %a : f32 loc("exp")
        sdfg.yield %0 : f32
      } loc("exp")
      sdfg.tasklet (%a = %s[]) -> (%y[i]) {
        %0 = arith.negf %a : f32 loc("neg")
        sdfg.yield %0 : f32
      } loc("neg")
    }
  }
}
