"""
Unsigned integers of 64 bits, which nothing wider holds, in formulas over signed ones.

A number below 2^63 has the same bits with a sign; a larger one is negative there.
"""

from collections.abc import Callable, Mapping

import numpy as np
from onnx import NodeProto, TensorProto

from sdfg.lowering.frontend.onnx_codes import bits_as
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term

_INT64, _UINT64 = TensorProto.INT64, TensorProto.UINT64
_LOWEST = int(np.iinfo(np.int64).min)


def divide(e: Expansion) -> bool:
    """
    Quotients.

    ```
    y >= 2^63:  x >= y
    x < 2^63:   x / y, with signs
    else:       q = 2 * (x / 2 / y), one more if what is left, x - q * y, is y or more
    ```
    """
    _give(e, _quotient(*map(_signed, (e, e), e.node.input)))
    return True


def remainder(e: Expansion) -> bool:
    """What a quotient leaves: `x - x / y * y`."""
    x, y = map(_signed, (e, e), e.node.input)
    _give(e, x - _quotient(x, y) * y)
    return True


def sign(e: Expansion) -> bool:
    """0 or 1."""
    x = _signed(e, e.node.input[0])
    _give(e, x.equals(0).choose(0, x.number(1)))
    return True


def in_order(e: Expansion) -> bool:
    """
    Any operator that compares numbers and keeps them, on signed integers in the same order.

    ```
    Clip(x, low, high)  ->  Clip(x - 2^63, low - 2^63, high - 2^63) + 2^63
    ```
    """
    unsigned = [name for name in (*e.node.input, *e.node.output) if e.element(name) == _UINT64]
    moved = {n: _moved(_signed(e, n)).name for n in e.node.input if n in unsigned}
    results = {n: f"{n}.signed" for n in e.node.output if n in unsigned}
    node = NodeProto()
    node.CopyFrom(e.node)
    node.input[:] = [moved.get(name, name) for name in e.node.input]
    node.output[:] = [results.get(name, name) for name in e.node.output]
    e.nodes.append(node)
    for name, result in results.items():
        bits_as(_moved(Term(e, result, _INT64)), _UINT64, name).gives(name)
    return True


def _signed(e: Expansion, name: str) -> Term:
    return bits_as(Term(e, name, _UINT64), _INT64, name)


def _moved(x: Term) -> Term:
    """2^63 more or less, which is the same in 64 bits: unsigned order becomes signed order."""
    return x + _LOWEST


def _give(e: Expansion, result: Term) -> None:
    bits_as(result, _UINT64, e.node.output[0]).gives(e.node.output[0])


def _quotient(x: Term, y: Term) -> Term:
    large = y < 0
    divisor = large.choose(1, y)
    half = _moved(x) / 2 + (1 << 62)
    twice = half / divisor * 2
    rest = _moved(x - twice * divisor) >= _moved(divisor)
    above = twice + rest.cast(_INT64)
    small = (x < 0).choose(above, x / divisor)
    return large.choose((_moved(x) >= _moved(y)).cast(_INT64), small)


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "Clip": in_order,
    "Div": divide,
    "Mod": remainder,
    "Sign": sign,
    "TopK": in_order,
}
"""By operator, for those of `onnx_exact` that would compute in wider integers."""
