"""Facts about the operations of tasklets, which passes prove and write down as attributes."""

NONPOSITIVE = "sdfg.nonpositive"
"""
On `math.exp`: the argument is at most 0, or NaN, or the result has no influence. Results that are
smaller than any normal number may then be 0.
"""

CAUSAL = "sdfg.causal"
"""
On `sdfg.constant`: in each matrix of the last two dimensions, what lies behind the diagonal is at
most -1e37 (or false), and all else 0 (or true).
"""
