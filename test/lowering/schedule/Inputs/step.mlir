sdfg.recipe @step for "elementwise" {
  sdfg.step "shuffle" {}
}
