// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: takes 2 containers in and 1 out, got 1 and 1
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>, inout "B" %B: !sdfg.array<[M, 8] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A) -> (%C)
  }
}

// -----

// CHECK: the result has rank 2 or more, got 1
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[4] x f32>, inout "B" %B: !sdfg.array<[4] x f32>, inout "C" %C: !sdfg.array<[4] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A, %B) -> (%C)
  }
}

// -----

// CHECK: the left operand has rank 2, got 1
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[M] x f32>, inout "B" %B: !sdfg.array<[M, 8] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A, %B) -> (%C)
  }
}

// -----

// CHECK: the right operand has shape {{.}}M, 8{{.}}, got {{.}}M, 7{{.}}
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>, inout "B" %B: !sdfg.array<[M, 7] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A, %B) -> (%C)
  }
}

// -----

// CHECK: the left operand has shape {{.}}N, M{{.}}, got {{.}}N + 1, M{{.}}
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N + 1, M] x f32>, inout "B" %B: !sdfg.array<[M, 8] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A, %B) -> (%C)
  }
}

// -----

// CHECK: all containers hold integers, or all floating point, or all complex numbers, got f32, i32, f32
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>, inout "B" %B: !sdfg.array<[M, 8] x i32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.matmul (%A, %B) -> (%C)
  }
}

// -----

// CHECK: a constant is never written
sdfg.sdfg @main [N, M] (inout "A" %A: !sdfg.array<[N, M] x f32>, inout "B" %B: !sdfg.array<[M, 8] x f32>, inout "C" %C: !sdfg.array<[N, 8] x f32>) version 1 {
  sdfg.state @s {
    %c = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[4, 8] x f32>
    sdfg.matmul (%A, %B) -> (%c)
  }
}
