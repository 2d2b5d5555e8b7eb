"""
Repairs of xDSL 0.74 that cannot be made from outside; they apply once this module is imported.

`dense<0xFF800000> : tensor<f32>` means the bits of minus infinity, in MLIR as in what xDSL itself
prints, but xDSL reads it as the number 4286578688. Masks of attention are such constants. And it
refuses `tensor.pad` where MLIR knows a size of the result better than the pad sizes say, and
reshapes of scalars to tensors of one element, for which MLIR writes no groups of dimensions at all.
`Operation.walk` takes an eighth of a compilation, since each operation passes through three
generators for each level of nesting; here it is one.
"""

from collections.abc import Iterator
from typing import Any, cast

from xdsl.dialects import tensor
from xdsl.dialects.builtin import DYNAMIC_INDEX, AnyFloat, ShapedType, TensorType
from xdsl.dialects.tensor import PadOp
from xdsl.ir import Attribute, Operation
from xdsl.parser import AttrParser

_Element: Any = AttrParser._TensorLiteralElement  # pyright: ignore[reportPrivateUsage]
_to_type: Any = _Element.to_type


def _to_type_with_bits(self: Any, parser: AttrParser, type: Any) -> Any:
    """The element as a value of `type`; hexadecimal literals are the bits of a float."""
    if isinstance(type, AnyFloat) and self.span.text[:2].lower() == "0x":
        bits = cast(int, self.value).to_bytes(type.compile_time_size, "little")
        return next(type.iter_unpack(bits))
    return _to_type(self, parser, type)


_verify_pad: Any = PadOp.verify_


def _verify_pad_as_mlir(self: PadOp) -> None:
    """MLIR lets the result have a static size although a pad size is an operand."""
    result = self.result.type.get_shape()
    if len(result) == len(self.static_low) == len(self.static_high):
        low, high = self.static_low.get_values(), self.static_high.get_values()
        source = cast(TensorType[Attribute], self.source.type).get_shape()
        for size, *parts in zip(result, source, low, high, strict=True):
            if size != DYNAMIC_INDEX and DYNAMIC_INDEX in parts:
                return
    _verify_pad(self)


_tensor: Any = tensor
_verify_reshape: Any = _tensor.verify_reshape_like_types


def _verify_reshape_of_scalars(*, collapsed_type: ShapedType, **others: Any) -> None:
    """A scalar has no dimensions that groups could belong to; all sizes of the other are 1."""
    if collapsed_type.get_shape() or set(others["expanded_type"].get_shape()) - {1}:
        _verify_reshape(collapsed_type=collapsed_type, **others)


_walk: Any = Operation.walk


def _walk_forward(
    self: Operation, *, reverse: bool = False, region_first: bool = False
) -> Iterator[Operation]:
    """As `Operation.walk`: what follows an operation may change while one looks at it."""
    if reverse or region_first:
        yield from _walk(self, reverse=reverse, region_first=region_first)
        return
    yield self
    if self.regions:
        yield from _within(self)


def _within(op: Operation) -> Iterator[Operation]:
    for region in op.regions:
        for block in region.blocks:
            inner = block.first_op
            while inner is not None:
                following = inner._next_op  # pyright: ignore[reportPrivateUsage]
                yield inner
                if inner.regions:
                    yield from _within(inner)
                inner = following


def repair() -> None:
    """Replace the faulty functions."""
    Operation.walk = _walk_forward
    _Element.to_type = _to_type_with_bits
    PadOp.verify_ = _verify_pad_as_mlir
    _tensor.verify_reshape_like_types = _verify_reshape_of_scalars


repair()
