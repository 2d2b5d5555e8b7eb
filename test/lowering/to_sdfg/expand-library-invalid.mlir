// RUN: sdfg-opt %s -p sdfg-expand-library --verify-diagnostics | filecheck %s

// The steps of a sort are control flow around states.
// CHECK: top: 'sdfg.sort' is expanded only where it stands directly in a state
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x f32>, out "y" %y: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:1] {
      sdfg.sort (%x) -> (%y) {axis = 0 : i64, descending = false} loc("top")
    }
  }
}
