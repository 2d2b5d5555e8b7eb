"""Random bodies of tasklets: operations on what the memlets bring, defined for every input."""

from collections.abc import Sequence

from unit.choices import Choices, chance, pick
from xdsl.dialects import arith, math
from xdsl.dialects.builtin import (
    AnyFloat,
    FloatAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    f64,
    i64,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue
from xdsl.utils.hints import isa

from sdfg.dialect.ops.tasklet_body import IndexOp
from sdfg.dialect.symbolic import Expr

FLOAT_BINARY = (arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.MaximumfOp, arith.MinimumfOp)
FLOAT_UNARY = (arith.NegfOp, math.AbsFOp, math.TanhOp, math.SinOp)
INTEGER_BINARY = (
    arith.AddiOp,
    arith.SubiOp,
    arith.MuliOp,
    arith.MaxSIOp,
    arith.MinSIOp,
    arith.AndIOp,
    arith.XOrIOp,
)


class BodyBuilder:
    """Adds operations to the block of a tasklet; integer arithmetic wraps, so nothing traps."""

    def __init__(self, choices: Choices, block: Block):
        self.choices = choices
        self.block = block

    def add(self, op: Operation) -> SSAValue:
        self.block.add_op(op)
        return op.results[0]

    def computed(
        self, values: Sequence[SSAValue], kind: Attribute, indices: Sequence[Expr]
    ) -> SSAValue:
        """A value of type `kind` that depends on all `values`, and maybe on an index."""
        parts = [self.converted(v, kind) for v in values]
        if not parts or chance(self.choices, 15):
            parts.append(self.constant(kind))
        if indices and chance(self.choices, 15):
            index = self.add(IndexOp(pick(self.choices, indices)))
            parts.append(self.converted(index, kind))
        value = parts[0]
        for other in parts[1:]:
            value = self.combined(value, other)
        for _ in range(self.choices.integer(0, 2)):
            value = self.changed(value)
        return value

    def combined(self, a: SSAValue, b: SSAValue) -> SSAValue:
        if chance(self.choices, 10):
            return self.selected(a, b)
        operations = FLOAT_BINARY if isinstance(a.type, AnyFloat) else INTEGER_BINARY
        return self.add(pick(self.choices, operations)(a, b))

    def selected(self, a: SSAValue, b: SSAValue) -> SSAValue:
        if isinstance(a.type, AnyFloat):
            condition = self.add(arith.CmpfOp(a, b, "olt"))
        else:
            condition = self.add(arith.CmpiOp(a, b, "slt"))
        return self.add(arith.SelectOp(condition, b, a))

    def changed(self, value: SSAValue) -> SSAValue:
        if isinstance(value.type, AnyFloat):
            return self.add(pick(self.choices, FLOAT_UNARY)(value))
        return self.combined(value, self.constant(value.type))

    def constant(self, kind: Attribute) -> SSAValue:
        number = self.choices.integer(-3, 3)
        if isa(kind, AnyFloat):
            return self.add(arith.ConstantOp(FloatAttr(number / 2, kind)))
        assert isa(kind, IntegerType)
        return self.add(arith.ConstantOp(IntegerAttr(number, kind)))

    def converted(self, value: SSAValue, kind: Attribute) -> SSAValue:
        """`value` as `kind`; a float becomes an integer by comparison, which is always defined."""
        if value.type == kind:
            return value
        if isinstance(value.type, IndexType):
            whole = kind if isa(kind, IntegerType) else i64
            return self.converted(self.add(arith.IndexCastOp(value, whole)), kind)
        if isa(value.type, AnyFloat):
            return self.from_float(value, value.type, kind)
        assert isa(value.type, IntegerType)
        return self.from_integer(value, value.type, kind)

    def from_float(self, value: SSAValue, source: AnyFloat, kind: Attribute) -> SSAValue:
        if isa(kind, AnyFloat):
            return self.add((arith.ExtFOp if kind == f64 else arith.TruncFOp)(value, kind))
        assert isa(kind, IntegerType)
        zero = self.add(arith.ConstantOp(FloatAttr(0.0, source)))
        positive = self.add(arith.CmpfOp(zero, value, "olt"))
        return self.add(arith.ExtUIOp(positive, kind))

    def from_integer(self, value: SSAValue, source: IntegerType, kind: Attribute) -> SSAValue:
        if isa(kind, AnyFloat):
            return self.add(arith.SIToFPOp(value, kind))
        assert isa(kind, IntegerType)
        wider = kind.width.data > source.width.data
        return self.add((arith.ExtSIOp if wider else arith.TruncIOp)(value, kind))
