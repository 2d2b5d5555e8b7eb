sdfg.recipe @kind for "elementwise, quilt" {
  sdfg.step "tile" {loop = "lane", size = "4"}
}
