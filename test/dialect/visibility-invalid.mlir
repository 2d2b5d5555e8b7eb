// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: the visibility of a program is private or left out, got "public"
"sdfg.sdfg"() ({
^bb0:
}) {sym_name = "main", symbols = [], arg_names = [], arg_roles = [], version = 1 : i64, sym_visibility = "public"} : () -> ()

// -----

// CHECK: Expected attribute i64 but got i32
"sdfg.sdfg"() ({
^bb0:
}) {sym_name = "main", symbols = [], arg_names = [], arg_roles = [], version = 1 : i32} : () -> ()
