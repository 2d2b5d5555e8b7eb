// RUN: sdfg-opt --print-analysis=help | filecheck %s --check-prefix=HELP
// RUN: not sdfg-opt %s --print-analysis=kinds,stride 2>&1 | filecheck %s --check-prefix=UNKNOWN
// RUN: sdfg-opt %s --sdfg-eliminate-dead-code --print-analysis=kinds,live-ranges | filecheck %s

// The analyses answer about what the passes leave, one after the other.

// HELP: cost {{ *}}floating point operations
// HELP: dependences
// HELP: footprint
// HELP: kinds
// HELP: live-ranges
// HELP: strides

// UNKNOWN: error: unknown analysis 'stride'
// UNKNOWN-NEXT: hint: did you mean 'strides'?
// UNKNOWN-NEXT: analyses:
// UNKNOWN-NEXT: cost

// CHECK: kinds @main
// CHECK-NEXT: state @s
// CHECK-NEXT: map [i = 0:N]
// CHECK-NEXT: elementwise i=e0
// CHECK-NEXT: live-ranges @main
// CHECK-NOT: unused
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %unused = sdfg.alloc "unused" : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %unused[0:N]
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}
