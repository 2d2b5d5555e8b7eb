// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | filecheck %s --check-prefix=GENERIC

// Running combinations along an axis.
sdfg.sdfg @main [N] (in "x" %X: !sdfg.array<[N, 16] x i64>, out "y" %Y: !sdfg.array<[N, 16] x i64>) version 1 {
  sdfg.state @s {
    // CHECK: sdfg.scan (%X) -> (%Y) {kind = "sum", axis = 0 : i64, exclusive = false, reverse = true}
    sdfg.scan (%X) -> (%Y) {kind = "sum", axis = 0 : i64, exclusive = false, reverse = true}
    // GENERIC: "sdfg.scan"({{.*}}) {{{.*}}operandSegmentSizes = array<i32: 1, 1>
  }
}
