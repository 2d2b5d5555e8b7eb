"""
Integer expressions and conditions in a normal form: what `sdfg.dialect.symbolic` builds on.

Equal objects are one object (`nodes`). Arithmetic gives sums of products (`terms`, `polynomials`,
`sums`, `division`), in which a function is one more symbol (`functions`), and comparisons decide
what they can (`conditions`).
"""
