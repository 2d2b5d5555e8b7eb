"""Names of symbols that are taken."""

from xdsl.ir import Operation

from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_bound


def known_names(op: Operation) -> set[str]:
    """
    All symbols that the program around `op` defines anywhere: what a new one must not be called.
    """
    while not isinstance(op, SdfgOp):
        parent = op.parent_op()
        if parent is None:
            break
        op = parent
    symbols = set(op.symbol_names) if isinstance(op, SdfgOp) else set[str]()
    for inner in op.walk():
        symbols |= set(symbols_bound(inner))
        if (assigned := symbol_assigned(inner)) is not None:
            symbols.add(assigned)
    return symbols
