// As @contraction, where no loop reads the vectors again: several vectors of results side by side.
sdfg.recipe @contraction_lanes for "convolution, conv1x1, depthwise_convolution, matmul, batched_matmul, matvec, batched_matvec, reduction" when "lane > 1" {
  sdfg.knob "vectors" = "max(1, min(4 - 2 * lane_open, lane floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, column"}
  sdfg.step "interchange" {innermost = "column"}
  sdfg.step "distribute" {loops = "column"}
  sdfg.step "stage" {along = "column"}
  sdfg.step "accumulate" {loops = "column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec"}
}
