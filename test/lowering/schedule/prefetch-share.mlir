// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=k of=i share=t,j distance=1 level=2}' | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-prefetch{loop=j distance=1 written=true}' | filecheck %s --check-prefix=WRITTEN
// RUN: not sdfg-opt %s -p 'sdfg-prefetch{loop=k of=i share=t}' 2>&1 | filecheck %s --check-prefix=OPTION
// RUN: not sdfg-opt %s -p 'sdfg-prefetch{loop=t of=i share=t,j}' 2>&1 | filecheck %s --check-prefix=BETWEEN

// OPTION: sdfg-prefetch: share names two loops, got t
// BETWEEN: loop t does not stand between j and t

// All iterations of `j` read the same block of B: each asks for the rows of its turn in the next one.
// CHECK-LABEL: sdfg.sdfg @main
sdfg.sdfg @main (in "B" %B: !sdfg.array<[9, 64, 16] x f32>, out "C" %C: !sdfg.array<[9, 8, 16] x f32>) {
  sdfg.state @blocks {
    // CHECK:      sdfg.map [i = 0:9, j = 0:8] {
    // CHECK-NEXT:   sdfg.for [k = 0:8] {
    // CHECK-NEXT:     sdfg.prefetch %B[i + 1, 8 * k + j, 0:16] into 2
    // CHECK-NEXT:     sdfg.for [t = 0:8] {
    // CHECK-NOT:        sdfg.prefetch
    // WRITTEN:      sdfg.map [i = 0:9, j = 0:8] {
    // WRITTEN-NEXT:   sdfg.prefetch %C[i, j + 1, 0:16] into 1 to write
    sdfg.map [i = 0:9, j = 0:8] {
      sdfg.for [k = 0:8] {
        sdfg.for [t = 0:8] {
          sdfg.map [v = 0:16] {
            sdfg.tasklet (%b = %B[i, 8 * k + t, v]) -> (%C[i, j, v] wcr sum) { sdfg.yield %b : f32 }
          }
        }
      }
    }
  }
}
