// RUN: sdfg-opt %s | filecheck %s
// RUN: sdfg-opt %s --print-op-generic | sdfg-opt | filecheck %s

// A stream is emptied, element by element.
sdfg.sdfg @main [N] (out "y" %y: !sdfg.array<[] x f32>) version 1 {
  %q = sdfg.alloc : !sdfg.stream<f32, depth 16>
  sdfg.state @s {
    // CHECK: sdfg.consume (%x = %q) workers N + 1 {
    sdfg.consume (%x = %q) workers N + 1 {
      // CHECK: sdfg.tasklet (%v = %x[]) -> (%y[] wcr sum) {
      sdfg.tasklet (%v = %x[]) -> (%y[] wcr sum) {
        sdfg.yield %v : f32
      }
    }
    // CHECK: sdfg.consume (%z = %q) attributes {note} {
    sdfg.consume (%z = %q) attributes {note} {
    }
  }
}
