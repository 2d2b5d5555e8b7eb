"""Small constant powers as products: `pow` takes a hundred times as long as a multiplication."""

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import AnyFloat, FloatAttr, IntegerAttr
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect.diagnostics import derived

MOST = 4
"""
The largest exponent. Up to here a product is within 1.5 units in the last place, and overflows or
underflows only where the power does.
"""


def as_product(op: Operation) -> SSAValue | None:
    """
    The power that `op` computes as a product in front of it, or None.

    ```
    %y = math.fpowi %x, 3     ->     %0 = arith.mulf %x, %x;  %y = arith.mulf %0, %x
    ```
    """
    if not isinstance(op, math.FPowIOp | math.PowFOp):
        return None
    base, exponent = op.operands
    if not isinstance(base.type, AnyFloat) or not isinstance(exponent.owner, arith.ConstantOp):
        return None
    count = _whole(exponent.owner.value)
    if count is None or not 2 <= count <= MOST:
        return None
    square = _times(op, base, base)
    if count == 2:
        return square
    return _times(op, square, base if count == 3 else square)


def _whole(value: object) -> int | None:
    """An exponent, if it is a whole number."""
    if isinstance(value, IntegerAttr):
        return int(value.value.data)
    if isinstance(value, FloatAttr) and float(value.value.data).is_integer():
        return int(value.value.data)
    return None


def _times(op: Operation, a: SSAValue, b: SSAValue) -> SSAValue:
    product = arith.MulfOp(a, b)
    Rewriter.insert_op(derived(product, op), InsertPoint.before(op))
    return product.result
