"""Creating MLIR operations from names and type texts, for rewrites on the torch dialect."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir

_VALUE_TENSOR = re.compile(r"!torch\.vtensor<\[([^\]]*)\],([^>]*>?)>")
DYNAMIC = "?"


@dataclass(frozen=True)
class ValueTensor:
    """
    A `!torch.vtensor` of known rank: its dimensions as text (`?` if dynamic), its element type.
    """

    dims: tuple[str, ...]
    element: str

    @staticmethod
    def of(kind: Any) -> "ValueTensor | None":
        """The type if its rank and element type are known, else None."""
        match = _VALUE_TENSOR.fullmatch(str(kind))
        if match is None or match[2] == "unk":
            return None
        return ValueTensor(tuple(match[1].split(",")) if match[1] else (), match[2])

    @property
    def dynamic(self) -> int:
        """How many dimensions are dynamic."""
        return self.dims.count(DYNAMIC)

    @property
    def torch(self) -> str:
        """The type's text in the torch dialect."""
        return f"!torch.vtensor<[{','.join(self.dims)}],{self.element}>"

    @property
    def builtin(self) -> str:
        """The same as a builtin tensor type: signs are dropped (`si64` reads `i64`)."""
        element = re.sub(r"^[su]i(\d+)$", r"i\1", self.element)
        return f"tensor<{''.join(f'{dim}x' for dim in self.dims)}{element}>"


class TorchBuilder:
    """Creates operations at the current insertion point."""

    def op(
        self,
        name: str,
        operands: Sequence[Any],
        kind: str,
        attributes: dict[str, Any] | None = None,
    ) -> Any:
        """The single result, of type `kind`, of a new operation."""
        result = ir.Type.parse(kind)
        return ir.Operation.create(name, [result], operands, attributes or {}).result

    def constant(self, value: int) -> Any:
        """`value` as an index."""
        attribute = ir.IntegerAttr.get(ir.IndexType.get(), value)
        return self.op("arith.constant", [], "index", {"value": attribute})

    def product(self, factors: Sequence[Any]) -> Any:
        """The product of index values; 1 if there are none."""
        result = factors[0] if factors else self.constant(1)
        for factor in factors[1:]:
            result = self.op("arith.muli", [result, factor], "index")
        return result

    def require_equal(self, left: Any, right: Any, message: str) -> None:
        """Stop the program at run time if two index values differ."""
        equal = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 0)
        condition = self.op("arith.cmpi", [left, right], "i1", {"predicate": equal})
        text = ir.StringAttr.get(message)
        ir.Operation.create("cf.assert", [], [condition], {"msg": text})

    def dims(self, tensor: Any, kind: ValueTensor) -> list[Any]:
        """All sizes of the builtin `tensor` as index values."""
        return [
            self.op("tensor.dim", [tensor, self.constant(number)], "index")
            if size == DYNAMIC
            else self.constant(int(size))
            for number, size in enumerate(kind.dims)
        ]

    def to_builtin(self, value: Any, kind: ValueTensor) -> Any:
        """A value tensor of type `kind` as a builtin tensor."""
        return self.op("torch_c.to_builtin_tensor", [value], kind.builtin)

    def from_builtin(self, value: Any, kind: ValueTensor) -> Any:
        """A builtin tensor as a value tensor of type `kind`."""
        return self.op("torch_c.from_builtin_tensor", [value], kind.torch)


def walk(op: Any) -> Iterator[Any]:
    """All operations within `op`, outermost first."""
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                yield inner.operation
                yield from walk(inner.operation)


def place(location: Any) -> str:
    """An MLIR location as plain text: `loc("conv1")` reads `conv1`."""
    text = str(location)
    text = text.removeprefix("loc(").removesuffix(")").strip('"')
    return "<unknown>" if text == "unknown" else text
