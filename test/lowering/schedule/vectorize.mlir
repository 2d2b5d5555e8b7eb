// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=8}' --print-debuginfo | filecheck %s
// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=64 into=w state=lines}' | filecheck %s --check-prefix=SHORT
// RUN: sdfg-opt %s -p 'sdfg-vectorize{loop=i lanes=16 into="" state=registers}' | filecheck %s --check-prefix=SINGLE

// CHECK-LABEL: sdfg.sdfg @main
sdfg.sdfg @main (in "A" %A: !sdfg.array<[4, 16] x f32>, in "s" %s: !sdfg.array<[4] x f32>, in "x" %x: !sdfg.array<[40] x f32>, out "B" %B: !sdfg.array<[4, 16] x f32>) {

  // Two steps of eight numbers; what does not move with the loop is the same in all lanes.
  // CHECK:      sdfg.map [j = 0:4, vec = 0:2] {
  // CHECK-NEXT:   sdfg.tasklet (%a: vector<8xf32> loc({{.*}}) = %A[j, 8 * vec:8 * vec + 8], %b loc({{.*}}) = %s[j]) -> (%B[j, 8 * vec:8 * vec + 8]) {
  // CHECK-NEXT:     %[[B:.*]] = vector.broadcast %b : f32 to vector<8xf32> loc("model.py":3:1)
  // CHECK-NEXT:     %[[P:.*]] = arith.mulf %a, %[[B]] : vector<8xf32> loc("model.py":4:1)
  // CHECK-NEXT:     sdfg.yield %[[P]] : vector<8xf32> loc("model.py":3:1)
  // CHECK-NEXT:   } loc("model.py":3:1)
  // CHECK-NEXT: } loc("model.py":3:1)
  // Fewer lanes where the loop is shorter.
  // SHORT:      sdfg.map [j = 0:4] {
  // SHORT-NEXT:   sdfg.tasklet (%a: vector<16xf32> = %A[j, 0:16], %b = %s[j]) -> (%B[j, 0:16]) {
  sdfg.state @lines {
    sdfg.map [j = 0:4, i = 0:16] {
      sdfg.tasklet (%a = %A[j, i], %b = %s[j]) -> (%B[j, i]) {
        %0 = arith.mulf %a, %b : f32 loc("model.py":4:1)
        sdfg.yield %0 : f32
      } loc("model.py":3:1)
    } loc("model.py":3:1)
  }

  // Registers hold vectors from then on; what is read with a stride is gathered.
  // CHECK:      %acc = sdfg.alloc : !sdfg.array<[2] x vector<8xf32>, register>
  // CHECK:        sdfg.tasklet (%a: vector<8xf32> loc({{.*}}) = %x[16 * vec + 3:16 * vec + 18:2]) -> (%acc[vec]) {
  // CHECK:        sdfg.tasklet (%a loc({{.*}}) = %acc[vec]) -> (%B[j, 8 * vec:8 * vec + 8]) {
  // A loop that is one vector, without a name for it, goes away.
  // SINGLE-LABEL: @registers
  // SINGLE-NEXT:    sdfg.map [j = 0:4] {
  // SINGLE-NEXT:      %acc = sdfg.alloc : !sdfg.array<[] x vector<16xf32>, register>
  // SINGLE-NEXT:      sdfg.tasklet (%a: vector<16xf32> = %x[3:34:2]) -> (%acc[]) {
  // SINGLE:           sdfg.tasklet (%a = %acc[]) -> (%B[j, 0:16]) {
  sdfg.state @registers {
    sdfg.map [j = 0:4] {
      %acc = sdfg.alloc : !sdfg.array<[16] x f32, register>
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %x[2 * i + 3]) -> (%acc[i]) {
          sdfg.yield %a : f32
        }
      }
      sdfg.map [i = 0:16] {
        sdfg.tasklet (%a = %acc[i]) -> (%B[j, i]) {
          sdfg.yield %a : f32
        }
      }
    } loc("model.py":5:1)
  }
}
