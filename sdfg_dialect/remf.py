"""`arith.remf`, which xDSL lacks; shared by frontend and backends."""

from xdsl.dialects.arith import FloatingPointLikeBinaryOperation
from xdsl.irdl import irdl_op_definition


@irdl_op_definition
class RemFOp(FloatingPointLikeBinaryOperation):
    """Remainder of the division of two floats, with the sign of the dividend (C's `fmod`)."""

    name = "arith.remf"
