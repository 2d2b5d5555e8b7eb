// Sums over a row, then the row shifted and scaled: each in vectors, with several partial results side
// by side. A row that is gathered (embeddings of words) is loaded by a pass of its own first.
sdfg.recipe @layer_norm for "layer_norm" when "run >= min(lanes, 4)" {
  sdfg.knob "vectors" = "max(1, min(4, run floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "stage-gathers" {loop = "run"} when "gathers > 0"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "mask", into = "block, piece"} when "lanes > 4"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, piece"} when "lanes <= 4"
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one", masked = "true"}
  sdfg.step "unroll" {loops = "vec, one"}
}
