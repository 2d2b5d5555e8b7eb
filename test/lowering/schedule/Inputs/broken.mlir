sdfg.recipe @broken for "elementwise" {
  sdfg.knob "size" = "2 *"
}
