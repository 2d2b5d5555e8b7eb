"""Comparisons of floats as C, by the number of their predicate."""

from xdsl.dialects import arith

from sdfg.backends.c_tree import expressions as c

_ORDERED = {1: "==", 2: ">", 3: ">=", 4: "<", 5: "<="}


def compare_floats(op: arith.CmpfOp, x: tuple[c.Expression, ...]) -> c.Expression:
    """C's comparisons are false on NaN; the unordered ones are the negated opposites."""
    a, b = x
    match op.predicate.value.data:
        case 0:
            return c.FALSE
        case 6:
            return a.lt(b).logical_or(a.gt(b))
        case 7:
            return a.eq(a).logical_and(b.eq(b))
        case 8:
            return a.lt(b).logical_or(a.gt(b)).logical_not()
        case 13:
            return a.ne(b)
        case 14:
            return a.ne(a).logical_or(b.ne(b))
        case 15:
            return c.TRUE
        case ordered if ordered < 6:
            return c.Binary(_ORDERED[ordered], a, b)
        case unordered:
            opposite = {9: "<=", 10: "<", 11: ">=", 12: ">"}[unordered]
            return c.Binary(opposite, a, b).logical_not()
