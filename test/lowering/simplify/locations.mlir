// RUN: sdfg-opt %s -p sdfg-eliminate-copies --print-debuginfo | filecheck %s --check-prefix=COPIES
// RUN: sdfg-opt %s -p sdfg-eliminate-views --print-debuginfo | filecheck %s --check-prefix=VIEWS
// RUN: sdfg-opt %s -p sdfg-fold-constants --print-debuginfo | filecheck %s --check-prefix=FOLD
// RUN: sdfg-opt %s -p sdfg-hoist-constants --print-debuginfo | filecheck %s --check-prefix=HOIST
// RUN: sdfg-opt %s -p sdfg-eliminate-dead-code --print-debuginfo | filecheck %s --check-prefix=DEAD

// What is read instead of a copy keeps the place of its view.
// COPIES:      %v = sdfg.view %x : {{.*}} loc("view")
// COPIES-NOT:  sdfg.copy
// COPIES:        } loc("mul")
// COPIES-NEXT: } loc("scale")

// A memlet that names another container stands where it stood.
// VIEWS-NOT: sdfg.view
// VIEWS:       = %c[i, 0]
// VIEWS:       } loc("mul")

// The result of an operation has its place; a map without one of its dimensions, too.
// FOLD:      sdfg.map [i = 0:N] {
// FOLD:        arith.mulf {{.*}} loc("mulf")
// FOLD-NEXT:   arith.constant 6.000000e+00 : f32 loc("six")
// FOLD:        } loc("mul")
// FOLD-NEXT: } loc("scale")

// Both programs know where it all comes from.
// HOIST:      sdfg.sdfg private @main_constants (in "w" %w: {{.*}} loc("weight"), out "t" %t: {{.*}} loc("derived"))
// HOIST:        arith.negf %a : f32 loc("negf")
// HOIST:        } loc("neg")
// HOIST-NEXT: } loc("weights")
// HOIST:      } loc("program")
// HOIST:      %t = sdfg.constant #sdfg.weight<"t"> : {{.*}} loc("derived")
// HOIST:      } loc("program")

// A tasklet without one of its outputs.
// DEAD-NOT:  sdfg.alloc "d"
// DEAD:      -> (%y[i]) {
// DEAD:      } loc("mul")
// DEAD-NEXT: } loc("scale")
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 1] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[4] x f32> loc("weight")
  %t = sdfg.alloc "t" : !sdfg.array<[4] x f32> loc("derived")
  %c = sdfg.alloc "c" : !sdfg.array<[N, 1] x f32> loc("copied")
  %d = sdfg.alloc "d" : !sdfg.array<[N] x f32> loc("dead")
  %v = sdfg.view %c : !sdfg.array<[1, N] x f32, strides [N, 1]> loc("view")
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%a = %w[i]) -> (%t[i]) {
        %0 = arith.negf %a : f32 loc("negf")
        sdfg.yield %0 : f32
      } loc("neg")
    } loc("weights")
    sdfg.copy %x[0:N, 0] -> %c[0:N, 0] loc("copy")
    sdfg.map [i = 0:N, j = 0:1] {
      sdfg.tasklet (%a = %v[j, i], %b = %t[0]) -> (%y[i], %d[i]) {
        %0 = arith.mulf %a, %b : f32 loc("mulf")
        %1 = arith.constant 2.0 : f32
        %2 = arith.constant 3.0 : f32
        %3 = arith.mulf %1, %2 : f32 loc("six")
        %4 = arith.mulf %0, %3 : f32
        sdfg.yield %4, %0 : f32, f32
      } loc("mul")
    } loc("scale")
  } loc("state")
} loc("program")
