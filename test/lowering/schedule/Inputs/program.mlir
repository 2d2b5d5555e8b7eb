sdfg.recipe @fine for "elementwise" {
}
sdfg.sdfg @main () {
}
