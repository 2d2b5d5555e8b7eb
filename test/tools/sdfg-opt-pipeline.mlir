// RUN: sdfg-opt %s --cse --dce 2>&1 | filecheck %s
// RUN: sdfg-opt %s -p cse --dce | filecheck %s
// RUN: sdfg-opt %s -p 'cse,dce' --print-ir-after=cse -o %t 2>&1 | filecheck %s --check-prefix=DUMP
// RUN: filecheck %s < %t
// RUN: sdfg-opt %s --cse --dce --timing -o %t 2>&1 | filecheck %s --check-prefix=TIME
// RUN: not sdfg-opt %s --cse -p dead-code 2>&1 | filecheck %s --check-prefix=UNKNOWN

// Flags and pipelines run in the order given; what is watched goes to stderr.
func.func @twice(%x: i32) -> i32 {
  %0 = arith.addi %x, %x : i32
  %1 = arith.addi %x, %x : i32
  %2 = arith.muli %0, %1 : i32
  %unused = arith.muli %x, %x : i32
  func.return %2 : i32
}
// CHECK:      %[[SUM:.*]] = arith.addi
// CHECK-NEXT: %[[ALL:.*]] = arith.muli %[[SUM]], %[[SUM]]
// CHECK-NEXT: func.return %[[ALL]]

// DUMP:     IR Dump After CommonSubexpressionElimination (cse)
// DUMP-NOT: IR Dump

// TIME: pass
// TIME: cse
// TIME: dce
// TIME: total

// UNKNOWN: error: unknown pass 'dead-code'
