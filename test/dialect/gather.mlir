// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Slices at indices that are data.
sdfg.sdfg @main [N, V] (in "x" %X: !sdfg.array<[V, 16] x f32>, in "i" %I: !sdfg.array<[N, 2] x i64>, out "y" %Y: !sdfg.array<[N, 2, 16] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.gather (%X, %I) -> (%Y)
    sdfg.gather (%X, %I) -> (%Y)
    // GENERIC: "sdfg.gather"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 2, 1>
  }
}
