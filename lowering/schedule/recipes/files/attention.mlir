// Softmax between two products, in blocks of `rows` rows that go over tiles of columns once: where the scores of
// all rows leave the core. Half of the second cache holds what belongs to a tile: its scores, and its part of both
// operands. Of a causal mask tiles behind the diagonal are left out, so there are more of them. The nests of a tile
// then have recipes of their own: products @contraction, maxima and sums over columns @columns.
sdfg.recipe @attention for "attention" when "row >= 4 * lanes and row * column * bytes > l2_bytes floordiv 8" {
  sdfg.knob "rows" = "4 * lanes" in "16, 32, 64, 128"
  sdfg.knob "most" = "max(rows, l2_bytes floordiv (2 * bytes * (rows + 2 * width)))" in "64, 128, 256, 512, 1024"
  sdfg.knob "tiles" = "max(column ceildiv most, triangle * (column floordiv (2 * rows)), 1)" in "1, 2, 4, 8, 16"
  sdfg.step "online-softmax" {rows = "rows", columns = "column ceildiv tiles"}
}
