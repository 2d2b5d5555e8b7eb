// RUN: not sdfg-opt %s -p 'sdfg-update-in-place{inputs=x}' 2>&1 | filecheck %s --check-prefix=NOWHERE
// RUN: not sdfg-opt %s -p 'sdfg-update-in-place{inputs=other}' 2>&1 | filecheck %s --check-prefix=UNKNOWN
// RUN: not sdfg-opt %s -p 'sdfg-update-in-place{inputs=past}' 2>&1 | filecheck %s --check-prefix=OVER

// NOWHERE: copies the input 'x' into no output
// NOWHERE: hint: leave it an input
// UNKNOWN: no input is called 'other'
// UNKNOWN: hint: there are 'x', 'past'
// OVER: model.py:4:1: 'sdfg.tasklet' may write over the input 'past', which shares its memory
sdfg.sdfg @main (in "x" %x: !sdfg.array<[4] x f32>, in "past" %past: !sdfg.array<[4] x f32>, out "present" %present: !sdfg.array<[8] x f32>) {
  sdfg.state @s {
    sdfg.copy %past[0:4] -> %present[0:4]
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%a = %x[i]) -> (%present[i + 3]) {
        %0 = arith.negf %a : f32
        sdfg.yield %0 : f32
      } loc("model.py":4:1)
    }
  }
}
