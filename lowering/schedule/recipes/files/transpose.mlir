// Rows become columns: blocks of whole cache lines both ways, squares turned around in registers.
// What exceeds the caches is written past them.
sdfg.recipe @transpose for "transpose" when "m >= lanes and n >= lanes" {
  sdfg.knob "squares" = "max(1, min(4, n floordiv lanes))" in "1, 2, 4, 8"
  sdfg.step "tile" {loop = "m", size = "squares * lanes", unit = "lanes", rest = "halves", into = "mo, mi"}
  sdfg.step "tile" {loop = "n", size = "squares * lanes", unit = "lanes", rest = "halves", into = "no, ni"}
  sdfg.step "tile" {loop = "mi", size = "lanes", into = "mt, read"}
  sdfg.step "tile" {loop = "ni", size = "lanes", into = "nt, written"}
  sdfg.step "interchange" {innermost = "mo, no, nt, mt, read, written"}
  sdfg.step "transpose" {loops = "read, written"}
  sdfg.step "vectorize" {loop = "written", lanes = "lanes"}
  sdfg.step "unroll" {loops = "read, vec"}
  sdfg.step "stream" {} when "written_bytes > l3_bytes"
}
