// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=overlap into=io,ii state=lanes}' | filecheck %s --check-prefix=TWO
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=16 unit=8 rest=overlap into=io,iv,ii state=lanes}' | filecheck %s --check-prefix=UNITS
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 unit=8 rest=overlap into=io,iv,ii state=lanes}' | filecheck %s --check-prefix=APART
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=32 unit=8 rest=overlap into=io,iv,ii state=short}' | filecheck %s --check-prefix=SHORT
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=16 unit=8 rest=overlap into=io,iv,ii state=open}' | filecheck %s --check-prefix=OPEN
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=overlap state=sum}' | filecheck %s --check-prefix=SUM
// RUN: sdfg-opt %s -p 'sdfg-scalarize{state=sum},sdfg-tile{loop=i size=8 rest=overlap state=sum}' | filecheck %s --check-prefix=SCALAR
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=12 unit=8 into=a,b,c}' 2>&1 | filecheck %s --check-prefix=SIZE
// RUN: not sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=min into=a,b,c}' 2>&1 | filecheck %s --check-prefix=MIN

// SIZE: sdfg-tile: size is a multiple of unit, got 12
// MIN: sdfg-tile: units are whole, rest is not min

sdfg.sdfg @main [N] (in "A" %A: !sdfg.array<[4, 29] x f32>, out "B" %B: !sdfg.array<[4, 29] x f32>, in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  // Whole tiles: the last one begins 3 earlier, and follows the one that it meets.
  // TWO-LABEL: @lanes
  // TWO-NEXT:    sdfg.map [j = 0:4] {
  // TWO-NEXT:      sdfg.for [io = 0:4] {
  // TWO-NEXT:        sdfg.map [ii = 0:8] {
  // TWO-NEXT:          sdfg.tasklet (%a = %A[j, 7 * io + ii]) -> (%B[j, 7 * io + ii]) {

  // Units: the last one is of the same tile as the one that it meets, so that tiles share nothing.
  // UNITS-LABEL: @lanes
  // UNITS-NEXT:    sdfg.map [j = 0:4, io = 0:2, iv = 0:2, ii = 0:8] {
  // UNITS-NEXT:      sdfg.tasklet (%a = %A[j, ii + min(16 * io + 8 * iv, 21)]) -> (%B[j, ii + min(16 * io + 8 * iv, 21)]) {
  // UNITS-LABEL: @short

  // Where they would, what is left over is apart.
  // APART-LABEL: @lanes
  // APART-NEXT:    sdfg.map [j = 0:4, io = 0:3, ii = 0:8] {
  // APART:         sdfg.map [j = 0:4, iv = 0:2, ii = 0:4] {
  // APART-NEXT:      sdfg.tasklet (%a = %A[j, ii + min(1, 4 * iv) + 24])
  sdfg.state @lanes {
    sdfg.map [j = 0:4, i = 0:29] {
      sdfg.tasklet (%a = %A[j, i]) -> (%B[j, i]) {
        sdfg.yield %a : f32
      }
    }
  }

  // Less than a unit: halves of it.
  // SHORT-LABEL: @short
  // SHORT-NEXT:    sdfg.map [iv = 0:2, ii = 0:4] {
  // SHORT-NEXT:      sdfg.tasklet (%a = %A[0, ii + min(2, 4 * iv)])
  sdfg.state @short {
    sdfg.map [i = 0:6] {
      sdfg.tasklet (%a = %A[0, i]) -> (%B[0, i]) {
        sdfg.yield %a : f32
      }
    }
  }

  // A range that may be shorter than a unit is cut into halves.
  // OPEN-LABEL: @open
  // OPEN-NEXT:    sdfg.map [io = 0:N floordiv 16, iv = 0:2, ii = 0:8] {
  // OPEN-NEXT:      sdfg.tasklet (%a = %x[16 * io + 8 * iv + ii])
  // OPEN:         sdfg.map [io = 0:{{.*}}, ii = 0:8] {
  // OPEN:         sdfg.map [io = 0:{{.*}}] {
  sdfg.state @open {
    sdfg.map [i = 0:N] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }

  // A sum would be done twice; one that is private and then written would not.
  // SUM-LABEL: @sum
  // SUM-NEXT:    sdfg.map [i_i = 0:8] {
  // SUM:         sdfg.map [i_i = 0:4] {
  // SCALAR-LABEL: @sum
  // SCALAR-NEXT:    sdfg.for [i_o = 0:2] {
  // SCALAR-NEXT:      sdfg.map [i_i = 0:8] {
  // SCALAR-NEXT:        %[[T:.*]] = sdfg.alloc "B" : !sdfg.array<[] x f32, register>
  sdfg.state @sum {
    sdfg.map [i = 0:12] {
      sdfg.tasklet () -> (%B[0, i]) {
        %0 = arith.constant 0.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [k = 0:4] {
        sdfg.tasklet (%a = %A[k, i]) -> (%B[0, i] wcr sum) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":7:1)
  }
}
