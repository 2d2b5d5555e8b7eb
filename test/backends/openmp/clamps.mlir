// RUN: sdfg-opt %s -t openmp-c | filecheck %s

// What is known comes first, because only the first one is asked whether it is NaN.
sdfg.sdfg @main (in "x" %x: !sdfg.array<[16] x f32>, out "y" %y: !sdfg.array<[16] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:16] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        %zero = arith.constant 0.0 : f32
        %six = arith.constant 6.0 : f32
        // CHECK: const float t = sdfg_maximum_f32(0.0f, x[i]);
        // CHECK-NEXT: y[i] = sdfg_maximum_f32(t, sdfg_minimum_f32(6.0f, t));
        %0 = arith.maximumf %a, %zero : f32
        %1 = arith.minimumf %0, %six : f32
        %2 = arith.maximumf %0, %1 : f32
        sdfg.yield %2 : f32
      }
    }
  }
}
