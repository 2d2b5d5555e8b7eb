// RUN: sdfg-opt --emit-irdl | filecheck %s
// RUN: sdfg-opt --emit-irdl | sdfg-opt | filecheck %s

// The dialect as data, which is itself a program that parses.
// CHECK: irdl.dialect @sdfg {
// CHECK: irdl.type @array
// CHECK: irdl.operation @map
