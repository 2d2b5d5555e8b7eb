sdfg.recipe @illegal for "matmul, other" {
  sdfg.step "tile" {loop = "row", size = "4", into = "band, line"}
  sdfg.step "stage" {along = "lane", only = "all"}
  sdfg.step "unroll" {loops = "k"}
}
