// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 into=io,ii state=small}' | filecheck %s --check-prefix=EXACT
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=halves state=small}' | filecheck %s --check-prefix=HALVES
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=halves unit=4 state=small}' | filecheck %s --check-prefix=UNIT
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=mask unit=4 into=io,iv,ii state=small}' | filecheck %s --check-prefix=MASK
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=min state=small}' | filecheck %s --check-prefix=MIN
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=12 even=true state=small}' | filecheck %s --check-prefix=EVEN
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 state=open}' | filecheck %s --check-prefix=OPEN
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=8 rest=min state=open}' | filecheck %s --check-prefix=OPENMIN
// RUN: sdfg-opt %s -p 'sdfg-tile{loop=i size=1 state=open}' | filecheck %s --check-prefix=ONE

// 22 iterations, with the loop around: whole tiles, and one for all that is left, in a nest of its own.
// EXACT-LABEL: @small
// EXACT-NEXT:    sdfg.map [j = 0:N, io = 0:2, ii = 0:8] {
// EXACT-NEXT:      sdfg.tasklet (%a = %A[j, 8 * io + ii]) -> (%B[j, 8 * io + ii]) {
// EXACT:         sdfg.map [j = 0:N, ii = 0:6] {
// EXACT-NEXT:      sdfg.tasklet (%a = %A[j, ii + 16]) -> (%B[j, ii + 16]) {
// EXACT-LABEL: @open
// EXACT-NEXT:    sdfg.map [i = 2:M + 2] {

// What is left as 4 + 2; the names are made from that of the loop.
// HALVES:        sdfg.map [j = 0:N, i_o = 0:2, i_i = 0:8] {
// HALVES:        sdfg.map [j = 0:N, i_i = 0:4] {
// HALVES-NEXT:     sdfg.tasklet (%a = %A[j, i_i + 16])
// HALVES:        sdfg.map [j = 0:N, i_i = 0:2] {
// HALVES-NEXT:     sdfg.tasklet (%a = %A[j, i_i + 20])

// In whole units first.
// UNIT:          sdfg.map [j = 0:N, i_o = 0:2, i_i = 0:8] {
// UNIT:          sdfg.map [j = 0:N, i_i = 0:4] {
// UNIT:          sdfg.map [j = 0:N, i_i = 0:2] {

// Whole units, and one that is none.
// MASK:          sdfg.map [j = 0:N, io = 0:2, iv = 0:2, ii = 0:4] {
// MASK:          sdfg.map [j = 0:N, ii = 0:4] {
// MASK-NEXT:       sdfg.tasklet (%a = %A[j, ii + 16])
// MASK:          sdfg.map [j = 0:N, ii = 0:2] {
// MASK-NEXT:       sdfg.tasklet (%a = %A[j, ii + 20])

// The last tile ends early.
// MIN:           sdfg.map [j = 0:N, i_o = 0:3] {
// MIN-NEXT:        sdfg.map [i_i = 0:min(-8 * i_o + 22, 8)] {

// 11 divides 22, and is more than half of 12.
// EVEN:          sdfg.map [j = 0:N, i_o = 0:2, i_i = 0:11] {
// EVEN-LABEL:    @open
sdfg.sdfg @main [N, M] (in "A" %A: !sdfg.array<[N, 22] x f32>, out "B" %B: !sdfg.array<[N, 22] x f32>, in "x" %x: !sdfg.array<[M + 2] x f32>, out "y" %y: !sdfg.array<[M + 2] x f32>) {
  sdfg.state @small {
    sdfg.map [j = 0:N, i = 0:22] {
      sdfg.tasklet (%a = %A[j, i]) -> (%B[j, i]) {
        sdfg.yield %a : f32
      }
    }
  }

  // A number of iterations that is open until run time: what is left runs one by one. The range need not begin at 0.
  // OPEN:       sdfg.map [i_o = 0:M floordiv 8, i_i = 0:8] {
  // OPEN-NEXT:    sdfg.tasklet (%a = %x[8 * i_o + i_i + 2]) -> (%y[8 * i_o + i_i + 2]) {
  // OPEN:       sdfg.map [i_o = 0:M - 8 * (M floordiv 8)] {
  // OPEN-NEXT:    sdfg.tasklet (%a = %x[8 * (M floordiv 8) + i_o + 2])
  // OPENMIN:      sdfg.map [i_o = 0:(M + 7) floordiv 8] {
  // OPENMIN-NEXT:   sdfg.map [i_i = 0:min(8, M - 8 * i_o)] {
  // ONE:        sdfg.map [i_o = 0:M] {
  // ONE-NEXT:     sdfg.tasklet (%a = %x[i_o + 2]) -> (%y[i_o + 2]) {
  sdfg.state @open {
    sdfg.map [i = 2:M + 2] {
      sdfg.tasklet (%a = %x[i]) -> (%y[i]) {
        sdfg.yield %a : f32
      }
    }
  }
}
