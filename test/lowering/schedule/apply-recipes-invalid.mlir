// RUN: sdfg-opt %s --split-input-file -p 'sdfg-set-machine{vector_bytes=32 vector_registers=16},sdfg-apply-recipes{recipe="%S/Inputs/wrong.mlir"}' --verify-diagnostics | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-set-machine,sdfg-apply-recipes{recipe="%S/Inputs/nowhere.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=NOWHERE
// RUN: sdfg-opt %s -p 'sdfg-set-machine,sdfg-apply-recipes{recipe="%S/Inputs/broken.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=BROKEN
// RUN: sdfg-opt %s -p 'sdfg-set-machine,sdfg-apply-recipes{recipe="%S/Inputs/program.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=PROGRAM
// RUN: sdfg-opt %s -p 'sdfg-set-machine,sdfg-apply-recipes{recipe="%S/Inputs/step.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=STEP
// RUN: sdfg-opt %s -p 'sdfg-set-machine,sdfg-apply-recipes{recipe="%S/Inputs/kind.mlir"}' --verify-diagnostics | filecheck %s --check-prefix=KIND
// RUN: sdfg-opt %s -p 'sdfg-apply-recipes' --verify-diagnostics | filecheck %s --check-prefix=MACHINE
// RUN: not sdfg-opt %s -p 'sdfg-apply-recipes{recipes=a}' 2>&1 | filecheck %s --check-prefix=NAME

// What is wrong with a recipe is said with the line of its file, and stops compilation.
// NOWHERE: Inputs/nowhere.mlir: cannot be read: [Errno 2] No such file or directory
// BROKEN: Inputs/broken.mlir: is no recipe
// BROKEN-NEXT: Inputs/broken.mlir:2:22
// BROKEN: '2 *' is no symbolic expression
// PROGRAM: Inputs/program.mlir: holds recipes alone, got 'sdfg.sdfg'
// STEP: Inputs/step.mlir:2:3: 'sdfg.step' names no transformation: shuffle
// STEP-NEXT: hint: one of accumulate, 
// KIND: Inputs/kind.mlir:1:1: 'sdfg.recipe' is for a kind that there is none of: quilt
// KIND-NEXT: hint: one of matmul, 
// MACHINE: 'builtin.module' names no machine
// MACHINE-NEXT: hint: run sdfg-set-machine first
// NAME: "recipes"

// CHECK: wrong.mlir:2:3: 'sdfg.step' tile has no option colour
// CHECK-NEXT: hint: one of loop, size, into, rest, unit, peel, even
sdfg.sdfg @option (in "A" %A: !sdfg.array<[17] x f32>, out "B" %B: !sdfg.array<[17] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:17] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:5:3: 'sdfg.step' uses legs in size, which is not defined
// CHECK-NEXT: hint: it may use cores, 
sdfg.sdfg @name (in "A" %A: !sdfg.array<[18] x f32>, out "B" %B: !sdfg.array<[18] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:18] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:7:1: 'sdfg.recipe' uses legs, which is not defined
// CHECK-NEXT: hint: it may use cores, 
sdfg.sdfg @knob (in "A" %A: !sdfg.array<[19] x f32>, out "B" %B: !sdfg.array<[19] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:19] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:11:3: 'sdfg.step' is no step: sdfg-tile: size and unit are at least 1
sdfg.sdfg @number (in "A" %A: !sdfg.array<[20] x f32>, out "B" %B: !sdfg.array<[20] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:20] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:14:3: 'sdfg.step' cannot evaluate size = '4 +': '4 +' is no symbolic expression
sdfg.sdfg @grammar (in "A" %A: !sdfg.array<[21] x f32>, out "B" %B: !sdfg.array<[21] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:21] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:17:3: 'sdfg.step' cannot evaluate even = 'perhaps': neither true nor false
sdfg.sdfg @boolean (in "A" %A: !sdfg.array<[22] x f32>, out "B" %B: !sdfg.array<[22] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:22] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}

// -----

// CHECK: wrong.mlir:20:3: 'sdfg.step' tile needs loop
sdfg.sdfg @missing (in "A" %A: !sdfg.array<[23] x f32>, out "B" %B: !sdfg.array<[23] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:23] {
      sdfg.tasklet (%a = %A[i]) -> (%B[i]) {
        sdfg.yield %a : f32
      }
    } loc("model.py":3:1)
  }
}
