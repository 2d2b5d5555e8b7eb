// Several passes over one row: each in vectors, with several partial results side by side.
sdfg.recipe @row for "row, softmax, layer_norm" when "run >= min(lanes, 4)" {
  sdfg.knob "vectors" = "max(1, min(4, run floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "stage-gathers" {loop = "run"} when "gathers > 0"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "mask", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one", masked = "true"}
  sdfg.step "unroll" {loops = "vec, one"}
}
