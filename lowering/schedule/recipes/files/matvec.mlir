// Each element of the matrix is read once, so memory sets the time: constants are packed so that each
// block of results reads one run of memory. What exceeds the second caches of all cores is asked for half a
// page ahead, and leaves the caches to what is read again.
sdfg.recipe @matvec for "matvec, batched_matvec" when "lane >= lanes" {
  sdfg.knob "vectors" = "max(1, min(4, lane ceildiv lanes))" in "1, 2, 4, 8"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "vec, column"}
  sdfg.step "distribute" {loops = "vec, column"}
  sdfg.step "stage" {along = "vec, column", only = "constants"}
  sdfg.step "accumulate" {loops = "vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "prefetch" {loop = "k", moving = "vec", distance = "max(1, 2048 floordiv (vectors * vector_bytes))", once = "true"} when "read_bytes > cores * l2_bytes"
  sdfg.step "unroll" {loops = "vec", leaves = "true"}
}
// The same along the rows of the matrix, where these are what lies side by side: four vectors of sums, or
// seven where that leaves no rest.
// Where the matrix stays in the caches of the cores, a thread has its part of the rows at once.
sdfg.recipe @matvec_rows_cached for "matvec" when "run >= lanes and n > 1 and cores > 1 and 4 * read_bytes > l2_bytes and read_bytes <= cores * l2_bytes" {
  sdfg.knob "vectors" = "max(1, min(4 + 3 * min(1, run mod (4 * lanes)) * (1 - min(1, run mod (7 * lanes))), run floordiv lanes))" in "1, 2, 4, 7, 8"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one"}
  sdfg.step "unroll" {loops = "vec, one"}
  sdfg.step "parallelize-loop" {loops = "n", claim = "static"}
}
sdfg.recipe @matvec_rows for "matvec, batched_matvec" when "run >= lanes" {
  sdfg.knob "vectors" = "max(1, min(4 + 3 * min(1, run mod (4 * lanes)) * (1 - min(1, run mod (7 * lanes))), run floordiv lanes))" in "1, 2, 4, 7, 8"
  sdfg.step "tile" {loop = "run", size = "vectors * lanes", unit = "lanes", rest = "halves", into = "block, piece"}
  sdfg.step "tile" {loop = "piece", size = "lanes", into = "vec, lane"}
  sdfg.step "partials" {loops = "vec, lane"}
  sdfg.step "vectorize" {loop = "lane", lanes = "lanes", into = "one"}
  sdfg.step "prefetch" {loop = "block", moving = "m", distance = "max(1, 2048 floordiv (vectors * vector_bytes))", once = "true"} when "m > 1 and read_bytes > cores * l2_bytes"
  sdfg.step "prefetch" {loop = "block", moving = "n", distance = "max(1, 2048 floordiv (vectors * vector_bytes))", once = "true"} when "n > 1 and read_bytes > cores * l2_bytes"
  sdfg.step "unroll" {loops = "vec, one"}
}
