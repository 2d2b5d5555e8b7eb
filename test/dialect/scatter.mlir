// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Slices put at indices that are data.
sdfg.sdfg @main [N, V] (in "u" %U: !sdfg.array<[N, 16] x f32>, in "i" %I: !sdfg.array<[N, 2] x i64>, out "y" %Y: !sdfg.array<[V, V, 16] x f32>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.scatter (%U, %I) -> (%Y)
    sdfg.scatter (%U, %I) -> (%Y)
    // CHECK: sdfg.scatter (%U, %I) -> (%Y) {kind = "sum"}
    sdfg.scatter (%U, %I) -> (%Y) {kind = "sum"}
    // GENERIC: "sdfg.scatter"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 2, 1>
  }
}
