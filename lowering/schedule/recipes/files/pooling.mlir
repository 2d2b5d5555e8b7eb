// Windows over images: results side by side along channels, or along a row of the image where channels come first.
sdfg.recipe @pooling for "pooling" when "lane > 1" {
  sdfg.knob "vectors" = "max(1, min(4 - 2 * lane_open, lane floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, column"}
  sdfg.step "interchange" {innermost = "column"}
  sdfg.step "distribute" {loops = "column"}
  sdfg.step "accumulate" {loops = "column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec"}
}
