// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Matrix products, batched, that widen their operands.
sdfg.sdfg @main [N, M, K] (in "a" %A: !sdfg.array<[N, M, K] x f16>, in "b" %B: !sdfg.array<[N, K, 8] x f16>, out "c" %C: !sdfg.array<[N, M, 8] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.matmul (%A, %B) -> (%C)
    sdfg.matmul (%A, %B) -> (%C)
    // CHECK: sdfg.matmul (%A, %B) -> (%C) {accumulate}
    sdfg.matmul (%A, %B) -> (%C) {accumulate}
    // GENERIC: "sdfg.matmul"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 2, 1>
  }
}
