// Reductions along memory: vectors of partial results side by side. What comes from memory is asked for two pages
// ahead: processors end there by themselves.
sdfg.recipe @reduction for "reduction" when "run >= lanes" {
  sdfg.knob "vectors" = "max(1, min(4, run floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "mask", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one", masked = "true"}
  sdfg.step "prefetch" {loop = "block", distance = "max(1, 8192 floordiv (vectors * vector_bytes))"} when "read_bytes > l2_bytes"
  sdfg.step "unroll" {loops = "vec, one"}
}
// The same for products along memory.
sdfg.recipe @products for "matmul, batched_matmul, convolution, conv1x1, depthwise_convolution, pooling" when "run >= lanes" {
  sdfg.knob "vectors" = "max(1, min(4, run floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one"}
  sdfg.step "unroll" {loops = "vec, one"}
}
// Sums of columns and the like: results side by side in as many vectors as make long pieces of each row,
// so that memory is read in runs of a kilobyte.
sdfg.recipe @columns for "reduction" when "lane >= lanes and lane_step == 1" {
  sdfg.knob "vectors" = "max(1, min(vector_registers floordiv 2, lane ceildiv lanes))" in "4, 8, 16"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "vec, column"}
  sdfg.step "distribute" {loops = "vec, column"}
  sdfg.step "accumulate" {loops = "vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec", leaves = "true"}
}
