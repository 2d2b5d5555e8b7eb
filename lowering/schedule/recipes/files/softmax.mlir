// Largest number, exponentials and their sum, quotients: each in vectors, with several partial results
// side by side. Rows that come from memory are fetched while the exponentials of the one before are computed.
sdfg.recipe @softmax for "softmax" when "run >= min(lanes, 4)" {
  sdfg.knob "vectors" = "max(1, min(4, run floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "bound-exponents" {}
  sdfg.step "reciprocal" {loop = "run"} when "quotients > 0"
  sdfg.step "stage-gathers" {loop = "run"} when "gathers > 0"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "mask", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one", masked = "true"}
  sdfg.step "prefetch" {of = "row", loop = "block", distance = "1"} when "read_bytes > l2_bytes"
  sdfg.step "unroll" {loops = "vec, one"}
}
