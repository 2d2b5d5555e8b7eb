// As @contraction, where no loop reads the vectors again: several vectors of results side by side.
sdfg.recipe @contraction_lanes for "convolution, conv1x1, depthwise_convolution, matmul, batched_matmul, matvec, batched_matvec, reduction" when "lane > 1" {
  sdfg.knob "vectors" = "max(1, min(4 - 2 * lane_open, lane ceildiv lanes))" in "1, 2, 4, 8"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "vec, column"}
  sdfg.step "distribute" {loops = "vec, column"}
  sdfg.step "stage" {along = "vec, column"}
  sdfg.step "accumulate" {loops = "vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec", leaves = "true"}
}
