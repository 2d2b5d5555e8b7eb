// Rows of which each has a temporary, four at once, on threads.
sdfg.recipe @rows for "other" when "cores > 1" {
  sdfg.knob "together" = "4" in "2, 4, 8"
  sdfg.step "privatize" {loop = "l0"}
  sdfg.step "fuse-loops" {loops = "l1"}
  sdfg.step "unroll-and-jam" {loop = "l0", factor = "together", into = "rows, row"}
  sdfg.step "parallelize-loop" {loops = "rows", least = "2 * cores"}
}
