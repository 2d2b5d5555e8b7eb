// Each element of the matrix is read once, so memory sets the time: constants are packed so that each
// block of results reads one run of memory.
sdfg.recipe @matvec for "matvec, batched_matvec" when "lane >= lanes" {
  sdfg.knob "vectors" = "max(1, min(4, lane floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, column"}
  sdfg.step "interchange" {innermost = "column"}
  sdfg.step "distribute" {loops = "column"}
  sdfg.step "stage" {along = "column", only = "constants"}
  sdfg.step "accumulate" {loops = "column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes"}
  sdfg.step "unroll" {loops = "vec"}
}
