// RUN: sdfg-opt %s --split-input-file --verify-diagnostics | filecheck %s

// CHECK: a container is an array or a stream, got f32
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : f32
}

// -----

// CHECK: a container is an array or a stream
sdfg.sdfg @main [N, M] () version 1 {
  %a = "sdfg.alloc"() : () -> f32
}

// -----

// CHECK: a container in registers has a constant shape, got {{.}}N{{.}}
sdfg.sdfg @main [N, M] () version 1 {
  %a = sdfg.alloc : !sdfg.array<[N] x f32, register>
}
