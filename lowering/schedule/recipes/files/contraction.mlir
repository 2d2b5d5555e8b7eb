// Sums of products, and other reductions whose results lie side by side: a tile of results stays in
// registers, `rows` by `vectors`, while the reduction runs; operands that would be read with a stride
// are packed before. Rows that are left over share a block of columns with the others, unless there are
// too few blocks for all threads. For many rows a block of columns is copied next to the core: where its
// rows lie apart, they compete for sets of a cache, and vectors may reach across its lines.
sdfg.recipe @contraction for "matmul, batched_matmul, depthwise_convolution, pooling, matvec, batched_matvec, reduction" when "row > 1" {
  sdfg.knob "vectors" = "tile_vectors" in "1, 2, 3, 4"
  sdfg.knob "rows" = "tile_rows" in "4, 6, 7, 8, 12, 14"
  sdfg.knob "ahead" = "64" in "0, 16, 32, 64, 128"
  sdfg.step "scalarize" {}
  sdfg.step "tile" {loop = "lane", size = "vectors * lanes", unit = "lanes", rest = "overlap", into = "block, vec, column"}
  sdfg.step "interchange" {innermost = "row, vec, column"}
  sdfg.step "tile" {loop = "row", size = "rows", rest = "overlap", peel = "loop", into = "band, line"} when "beside * (lane ceildiv (vectors * lanes)) >= 4 * cores"
  sdfg.step "tile" {loop = "row", size = "rows", into = "band, line"} when "beside * (lane ceildiv (vectors * lanes)) < 4 * cores"
  sdfg.step "distribute" {loops = "line, vec, column"}
  sdfg.step "stage" {along = "vec, column"}
  sdfg.step "stage" {along = "k", moving = "line", only = "reused", pad = "lanes"} when "k_step == 1 and row_step mod 1024 == 0 and row > 8"
  sdfg.step "stage" {along = "vec, column", at = "band", only = "scattered"} when "row > 255 and k > 128 and 4 * k * vectors * vector_bytes <= l2_bytes"
  sdfg.step "accumulate" {loops = "line, vec, column"}
  sdfg.step "vectorize" {loop = "column", lanes = "lanes", into = ""}
  sdfg.step "promote" {lanes = "lanes"}
  sdfg.step "load" {loops = "line, vec"}
  sdfg.step "prefetch" {loop = "k", moving = "vec", distance = "ahead"} when "k > 128 and ahead > 0"
  sdfg.step "unroll" {loops = "line, vec", leaves = "true"}
}
