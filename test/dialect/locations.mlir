// RUN: sdfg-opt %s --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s --print-debuginfo --print-op-generic | sdfg-opt --print-debuginfo | filecheck %s

// Places in the source stay with operations, containers and arguments of tasklets.
// CHECK: sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32> loc("net.py":1:2), out "y" %y: !sdfg.array<[N] x f32> loc("conv1")) version 1 {
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32> loc("net.py":1:2), out "y" %y: !sdfg.array<[N] x f32> loc("conv1")) version 1 {
  // CHECK: %q = sdfg.alloc : !sdfg.stream<f32, depth 2> loc("net.py":2:1)
  %q = sdfg.alloc : !sdfg.stream<f32, depth 2> loc("net.py":2:1)
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      // CHECK: sdfg.tasklet (%a loc("net.py":3:1) = %x[i]) -> (store %b: !sdfg.array<[N] x f32> loc("net.py":3:2) = %y[0:N] volume 1) {
      sdfg.tasklet (%a loc("net.py":3:1) = %x[i]) -> (store %b: !sdfg.array<[N] x f32> loc("net.py":3:2) = %y[0:N] volume 1) {
        // CHECK: %i = sdfg.index i loc("net.py":4:1)
        %i = sdfg.index i loc("net.py":4:1)
        // CHECK: sdfg.store %a, %b[%i] : f32, !sdfg.array<[N] x f32> loc(fused["net.py":5:1, "relu"])
        sdfg.store %a, %b[%i] : f32, !sdfg.array<[N] x f32> loc(fused["net.py":5:1, "relu"])
        sdfg.yield
      // CHECK: } loc("net.py":3:0)
      } loc("net.py":3:0)
    }
    // CHECK: sdfg.consume (%e loc("net.py":6:1) = %q) {
    sdfg.consume (%e loc("net.py":6:1) = %q) {
    }
  // CHECK: } loc("Conv_3"("net.py":7:7))
  } loc("Conv_3"("net.py":7:7))
}
