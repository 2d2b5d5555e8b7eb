// RUN: sdfg-opt %s -p sdfg-eliminate-dead-code | filecheck %s

// What nothing reads goes, and then what only that read; so do containers and empty states.
// CHECK-LABEL: @unread
// CHECK-NEXT: sdfg.state @used {
// CHECK-NEXT:   sdfg.copy %x[0:N] -> %y[0:N]
// CHECK-NEXT: }
// CHECK-NEXT: }
sdfg.sdfg @unread [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  %u = sdfg.alloc : !sdfg.array<[N] x f32>
  %v = sdfg.view %u : !sdfg.array<[N] x f32>
  sdfg.state @unused {
    sdfg.copy %x[0:N] -> %t[0:N]
    sdfg.copy %t[0:N] -> %v[0:N]
  }
  sdfg.state @used {
    sdfg.copy %x[0:N] -> %y[0:N]
  }
}

// Overwritten before it is read.
// CHECK-LABEL: @overwritten
// CHECK-NOT: sdfg.copy %x[0:N] -> %y[0:N]
// CHECK: sdfg.copy %z[0:N] -> %y[0:N]
sdfg.sdfg @overwritten [N] (in "x" %x: !sdfg.array<[N] x f32>, in "z" %z: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @first {
    sdfg.copy %x[0:N] -> %y[0:N]
  }
  sdfg.state @second {
    sdfg.copy %z[0:N] -> %y[0:N]
  }
}

// Only a part is overwritten.
// CHECK-LABEL: @partly
// CHECK: sdfg.copy %x[0:N] -> %y[0:N]
// CHECK: sdfg.copy %x[0] -> %y[0]
sdfg.sdfg @partly [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %y[0:N]
    sdfg.copy %x[0] -> %y[0]
  }
}

// Read in a loop before it is written again: the first write counts.
// CHECK-LABEL: @carried
// CHECK: sdfg.copy %x[0:N] -> %t[0:N]
// CHECK: sdfg.for
sdfg.sdfg @carried [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.copy %x[0:N] -> %t[0:N]
  }
  sdfg.for [k = 0:3] {
    sdfg.state @body {
      sdfg.copy %t[0:N] -> %y[0:N]
      sdfg.copy %x[0:N] -> %t[0:N]
    }
  }
}

// One output of a tasklet and what only it needs; a map over nothing.
// CHECK-LABEL: @outputs
// CHECK: sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
// CHECK-NEXT: sdfg.yield %a : f32
// CHECK-NOT: sdfg.map
sdfg.sdfg @outputs [N] (in "x" %x: !sdfg.array<[N] x f32>, in "z" %z: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %t = sdfg.alloc : !sdfg.array<[N] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i], %b = %z[i]) -> (%y[i], %t[i]) {
        %0 = arith.addf %a, %b : f32
        sdfg.yield %a, %0 : f32, f32
      }
    }
    sdfg.map [i = 4:4] {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
    }
  }
}

// An assertion may stop the program: it stays.
// CHECK-LABEL: @checks
// CHECK: sdfg.assert
sdfg.sdfg @checks (in "x" %x: !sdfg.array<[] x i1>) {
  %t = sdfg.alloc : !sdfg.array<[] x i1>
  sdfg.state @s {
    sdfg.tasklet (%a = %x[]) -> (%t[]) {
      sdfg.assert %a, "x holds"
      sdfg.yield %a : i1
    }
  }
}

// Symbols that nothing reads; loops that do nothing else.
// CHECK-LABEL: @symbols
// CHECK-NEXT: }
sdfg.sdfg @symbols [N] (in "x" %x: !sdfg.array<[] x i64>) {
  sdfg.read_symbol n = %x[]
  sdfg.assign m = 2 * n
  sdfg.if N > 3 {
    sdfg.state @empty {
    }
  }
}
