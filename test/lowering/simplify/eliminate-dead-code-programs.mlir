// RUN: sdfg-opt %s -p sdfg-eliminate-dead-code | filecheck %s

// Private programs stay if they are called, or if they compute a weight.
// CHECK-NOT: @unused
// CHECK: @called
// CHECK: @main_constants
// CHECK: @main
builtin.module {
  sdfg.sdfg private @unused [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
    sdfg.state @s {
      sdfg.copy %x[0:N] -> %y[0:N]
    }
  }
  sdfg.sdfg private @called [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
    sdfg.state @s {
      sdfg.copy %x[0:N] -> %y[0:N]
    }
  }
  sdfg.sdfg private @main_constants (in "w" %w: !sdfg.array<[4] x f32>, out "w.copy" %c: !sdfg.array<[4] x f32>) {
    sdfg.state @s {
      sdfg.copy %w[0:4] -> %c[0:4]
    }
  }
  sdfg.sdfg @main (out "y" %y: !sdfg.array<[4] x f32>) {
    %c = sdfg.constant #sdfg.weight<"w.copy"> : !sdfg.array<[4] x f32>
    sdfg.call @called(%c, %y) [N = 4]
  }
}
