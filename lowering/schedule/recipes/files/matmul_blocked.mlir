// Products of matrices that exceed the caches: blocks of `depth` of the reduction, for each a block of
// rows copied next to the core, the other operand packed before. The first block starts sums at 0 in
// registers, the others go on from what is in memory. While a band of rows is computed, it asks for its
// share of the next block of the packed operand, and for the results that the next band begins with.
sdfg.recipe @matmul_blocked for "matmul, batched_matmul" when "row_open + lane_open + k_open < 1 and k > 512 and row > 256 and lane > 256" {
  sdfg.knob "vectors" = "2" in "1, 2, 3, 4"
  sdfg.knob "rows" = "min(14, (vector_registers - vectors - 2) floordiv vectors)" in "4, 6, 8, 12, 14"
  sdfg.knob "depth" = "1024" in "256, 384, 512, 1024"
  sdfg.knob "height" = "l2_bytes floordiv (8 * depth)" in "128, 192, 256, 512"
  sdfg.step "tile" {loop = "row", size = "height", even = "true", into = "chunk, within"}
  sdfg.step "interchange" {innermost = "within, lane"}
  sdfg.step "tile" {loop = "k", size = "depth", even = "true", into = "level, depth"}
  sdfg.step "peel" {loop = "level"}
  sdfg.step "distribute" {loops = "within, lane"}
  sdfg.step "interchange" {outermost = "level"} when "k > depth"
  sdfg.step "fuse-loops" {loops = "within, lane"}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, column"}
  sdfg.step "tile" {loop = "within", size = "rows", even = "true", into = "band, line"}
  sdfg.step "interchange" {innermost = "block, band, line, column"}
  sdfg.step "distribute" {loops = "line, column"}
  sdfg.step "interchange" {innermost = "line, column, depth"}
  sdfg.step "stage" {along = "depth", moving = "line", at = "block", only = "reused", storage = "stack"}
  sdfg.step "stage" {along = "column", only = "reused"}
  sdfg.step "tile" {loop = "depth", size = "height ceildiv rows", even = "true", rest = "min", into = "part, turn"}
  sdfg.step "accumulate" {loops = "line, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes"}
  sdfg.step "load" {loops = "line, vec"}
  sdfg.step "prefetch" {loop = "part", of = "block", share = "turn, band", distance = "1", level = "2"}
  sdfg.step "prefetch" {loop = "band", written = "true", distance = "1", level = "2"}
  sdfg.step "unroll" {loops = "line, vec"}
}
