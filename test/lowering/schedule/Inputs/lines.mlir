// Lines in tiles of two vectors.
sdfg.recipe @lines for "elementwise, matmul" when "vector_bytes > 16" {
  sdfg.knob "size" = "2 * lanes" in "lanes, 2 * lanes"
  sdfg.step "tile" {loop = "lane", size = "size", rest = "min", into = "band, line"} when "lane > 1"
  sdfg.step "interchange" {outermost = "band"} when "size < 64"
  sdfg.step "unroll" {loops = "line"} when "size < 8"
}
