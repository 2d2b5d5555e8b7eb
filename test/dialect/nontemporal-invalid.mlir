// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a nontemporal tasklet yields vectors of several elements, got f32 for [0]
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0]) -> (%y[0]) nontemporal { sdfg.yield %a : f32 }
  }
}

// -----

// CHECK: a nontemporal tasklet reads nothing that it writes, got wcr sum
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a: vector<8xf32> = %x[0:8]) -> (%y[0:8] wcr sum) nontemporal { sdfg.yield %a : vector<8xf32> }
  }
}

// -----

// CHECK: a nontemporal tasklet writes to memory, got
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>) version 1 {
  sdfg.state @s {
    %r = sdfg.alloc "r" : !sdfg.array<[8] x f32, register>
    sdfg.tasklet (%a: vector<8xf32> = %x[0:8]) -> (%r[0:8]) nontemporal { sdfg.yield %a : vector<8xf32> }
  }
}

// -----

// CHECK: a nontemporal tasklet yields all that it writes, got a store
sdfg.sdfg @main (in "x" %x: !sdfg.array<[8] x f32>, out "y" %y: !sdfg.array<[8] x f32>) version 1 {
  sdfg.state @s {
    sdfg.tasklet (%a = %x[0]) -> (store %o: !sdfg.array<[8] x f32> = %y[0:8] volume 1) nontemporal {
      %0 = arith.constant 3 : index
      sdfg.store %a, %o[%0] : f32, !sdfg.array<[8] x f32>
      sdfg.yield
    }
  }
}
