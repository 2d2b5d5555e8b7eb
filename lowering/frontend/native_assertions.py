"""Assertions of torch-mlir's lowerings that say less than what follows them."""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import walk

_NEEDLESS = frozenset(
    (
        # The reciprocal of zero is infinite, and the division behind the assertion makes it so.
        "unimplemented: tensor with zero element",
        # `sdfg-from-linalg` checks each index that is data where it is used, from both sides.
        "index must be smaller than dim size",
        "index must be larger or equal to 0",
    )
)


def drop_needless(module: Any) -> None:
    """Erase the assertions of `module` that stop what is defined, or that are made again later."""
    for op in [op for op in walk(module.operation) if op.name == "cf.assert"]:
        if ir.StringAttr(op.attributes["msg"]).value in _NEEDLESS:
            op.erase()
