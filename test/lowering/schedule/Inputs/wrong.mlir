sdfg.recipe @option for "elementwise" when "lane == 17" {
  sdfg.step "tile" {loop = "lane", size = "4", colour = "blue"}
}
sdfg.recipe @name for "elementwise" when "lane == 18" {
  sdfg.step "tile" {loop = "lane", size = "2 * legs"}
}
sdfg.recipe @knob for "elementwise" when "lane == 19" {
  sdfg.knob "size" = "2 * legs"
}
sdfg.recipe @number for "elementwise" when "lane == 20" {
  sdfg.step "tile" {loop = "lane", size = "lane - 20"}
}
sdfg.recipe @grammar for "elementwise" when "lane == 21" {
  sdfg.step "tile" {loop = "lane", size = "4 +"}
}
sdfg.recipe @boolean for "elementwise" when "lane == 22" {
  sdfg.step "tile" {loop = "lane", size = "4", even = "perhaps"}
}
sdfg.recipe @missing for "elementwise" when "lane == 23" {
  sdfg.step "tile" {size = "4"}
}
