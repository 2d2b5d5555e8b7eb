// Long loops over neighbouring memory; results that exceed the caches are written past them.
sdfg.recipe @elementwise_streamed for "elementwise" when "written_bytes > l3_bytes and lane >= lanes" {
  sdfg.knob "vectors" = "4" in "1, 2, 4, 8"
  sdfg.step "interchange" {innermost = "lane"}
  sdfg.step "collapse" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, piece"}
  sdfg.step "vectorize" {loop = "piece", lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec"}
  sdfg.step "stream" {}
}
// Borders that are set keep the loops of their container, so that tiles can be cut along them.
sdfg.recipe @elementwise for "elementwise" when "lane > 1" {
  sdfg.step "interchange" {innermost = "lane"}
  sdfg.step "collapse" {} when "reads > 0"
}
