// RUN: sdfg-opt %s -p sdfg-fuse-maps --print-debuginfo | filecheck %s

// The fused map comes from both places, the register from where the container was allocated.
// CHECK: = sdfg.alloc "t" : !sdfg.array<[] x f32, register> loc("t")
// CHECK: } loc(fused["exp", "neg"])
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc "t" : !sdfg.array<[N] x f32> loc("t")
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%t[i]) {
        %0 = math.exp %a : f32
        sdfg.yield %0 : f32
      } loc("exp")
    } loc("exp")
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %t[i]) -> (%y[i]) {
        %0 = arith.negf %a : f32
        sdfg.yield %0 : f32
      } loc("neg")
    } loc("neg")
  } loc("s")
}
