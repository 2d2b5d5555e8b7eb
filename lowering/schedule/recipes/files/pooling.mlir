// Windows over images: results side by side along channels, or along a row of the image where channels come first.
sdfg.recipe @pooling for "pooling" when "lane > 1" {
  sdfg.knob "vectors" = "max(1, min(4 - 2 * lane_open, lane ceildiv lanes))" in "1, 2, 4, 8"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "vec, column"}
  sdfg.step "distribute" {loops = "vec, column"}
  sdfg.step "accumulate" {loops = "vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec", leaves = "true"}
}
