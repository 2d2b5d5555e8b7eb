"""
Repairs of xDSL 0.74 that cannot be made from outside; they apply once `sdfg.dialect` is imported.

`dense<0xFF800000> : tensor<f32>` means the bits of minus infinity, in MLIR as in what xDSL itself
prints, but xDSL reads it as the number 4286578688. Masks of attention are such constants.
"""

from typing import Any, cast

from xdsl.dialects.builtin import AnyFloat
from xdsl.parser import AttrParser

_Element: Any = AttrParser._TensorLiteralElement  # pyright: ignore[reportPrivateUsage]
_to_type: Any = _Element.to_type


def _to_type_with_bits(self: Any, parser: AttrParser, type: Any) -> Any:
    """The element as a value of `type`; hexadecimal literals are the bits of a float."""
    if isinstance(type, AnyFloat) and self.span.text[:2].lower() == "0x":
        bits = cast(int, self.value).to_bytes(type.compile_time_size, "little")
        return next(type.iter_unpack(bits))
    return _to_type(self, parser, type)


def repair() -> None:
    """Make the parser read hexadecimal floats within dense literals as bits."""
    _Element.to_type = _to_type_with_bits


repair()
