// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s
// RUN: not sdfg-opt %s --split-input-file -o %t 2>&1 | filecheck %s --check-prefix=ERROR
// RUN: not ls %t

// Each part is a program of its own; one that fails leaves its message in its place.
// CHECK: func.func @good
func.func @good() {
  func.return
}

// -----

// CHECK: // -----
// CHECK: Operation does not verify
// ERROR: error: Expected arguments to have the same types
// ERROR: Operation does not verify
func.func @wrong_result() -> i32 {
  func.return
}

// -----

// A parse error names the line of the file, not of its part.
// CHECK: // -----
// CHECK: sdfg-opt-diagnostics.mlir:27
func.func @broken(
