// Direct convolutions: channels out in lanes, places of the image as rows. Where the channels in lie
// side by side they are the innermost loop, so that each line of the cache is read to its end.
sdfg.recipe @convolution for "convolution, conv1x1" when "row > 1" {
  sdfg.knob "vectors" = "tile_vectors" in "1, 2, 3, 4"
  sdfg.knob "rows" = "tile_rows" in "4, 6, 7, 8, 12, 14"
  sdfg.knob "ahead" = "64" in "0, 16, 32, 64, 128"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "row, vec, column"}
  sdfg.step "tile" {loop = "row", size = "rows", rest = "overlap", peel = "loop", into = "band, line"}
  sdfg.step "distribute" {loops = "line, vec, column"}
  sdfg.step "interchange" {innermost = "ic"} when "ic_step == 1"
  sdfg.step "stage" {along = "vec, column"}
  sdfg.step "accumulate" {loops = "line, vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "load" {loops = "line, vec"}
  sdfg.step "prefetch" {loop = "ic", moving = "vec", distance = "ahead"} when "ic > 128 and ahead > 0"
  sdfg.step "unroll" {loops = "line, vec", leaves = "true"}
}
