// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: at least one worker consumes, got 0
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %q = sdfg.alloc : !sdfg.stream<f32, depth 4>
    sdfg.consume (%e = %q) workers 0 {
    }
  }
}

// -----

// CHECK: the body takes the element as !sdfg.array<{{.*}} x f32, register>, got (f32)
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    %q = sdfg.alloc : !sdfg.stream<f32, depth 4>
    "sdfg.consume"(%q) ({
    ^bb0(%e: f32):
    }) {workers = #sdfg.expr<"1">} : (!sdfg.stream<f32, depth 4>) -> ()
  }
}

// -----

// CHECK: sdfg.stream
sdfg.sdfg @main [N, M] (inout "x" %x: !sdfg.array<[N, 8] x f32>, inout "y" %y: !sdfg.array<[N] x f32>) version 1 {
  sdfg.state @s {
    sdfg.consume (%e = %y) {
    }
  }
}
