// RUN: sdfg-opt %s -t mlir-for-irdl | filecheck %s
// RUN: sdfg-opt %s -t 'mlir-for-irdl{locations=false}' | filecheck %s --check-prefix=PLAIN

// Generic form, locations kept: what MLIR parses once it knows the IRDL of the dialect.
sdfg.sdfg @copy [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @only {
    sdfg.copy %x[0:N] -> %y[0:N] loc("model.py":12:4)
  }
}
// CHECK: "sdfg.sdfg"() ({
// CHECK: "sdfg.copy"(%x, %y) {read = #sdfg.memlet<{{.*}}loc("model.py":12:4)
// PLAIN: "sdfg.copy"(%x, %y)
// PLAIN-NOT: loc(
