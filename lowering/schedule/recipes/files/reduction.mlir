// Sums of columns and the like: results side by side in as many vectors as make long pieces of each row,
// so that memory is read in runs of a kilobyte.
sdfg.recipe @columns for "reduction" when "lane >= lanes and lane_step == 1" {
  sdfg.knob "vectors" = "max(1, min(vector_registers floordiv 2, lane floordiv lanes))" in "4, 8, 16"
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, column"}
  sdfg.step "interchange" {innermost = "column"}
  sdfg.step "distribute" {loops = "column"}
  sdfg.step "accumulate" {loops = "column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec"}
}
