"""
The guard against a silent miscompile of reshapes.

torch-mlir lowers a view with two or more dynamic dimensions to `tensor.cast ? -> 1`, which
computes garbage (llvm/torch-mlir issues 4743 and 3852). Such views become `tensor.reshape` with
an explicit shape here, before torch-mlir sees them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir

_VIEWS = ("torch.aten.view", "torch.aten._unsafe_view", "torch.aten.reshape")
_VALUE_TENSOR = re.compile(r"!torch\.vtensor<\[([^\]]*)\],([^>]*>?)>")
_UNKNOWN = "?"


@dataclass(frozen=True)
class ValueTensor:
    """
    A `!torch.vtensor` of known rank: its dimensions as text (`?` if dynamic) and its element
    type.
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
        return self.dims.count(_UNKNOWN)

    @property
    def builtin(self) -> str:
        """The same as a builtin tensor type: signs are dropped (`si64` reads `i64`)."""
        element = re.sub(r"^[su]i(\d+)$", r"i\1", self.element)
        return f"tensor<{''.join(f'{dim}x' for dim in self.dims)}{element}>"


def replace_dynamic_views(module: Any) -> list[str]:
    """
    Rewrite every view with two or more dynamic dimensions on either side, in place.

    ```
    %r = torch.aten.view %x, [%a, -1, %c]
    ->
    %t = torch_c.to_builtin_tensor %x; %s = tensor.from_elements %a, (elements of %x / (%a * %c)),
    %c
    %u = tensor.reshape %t(%s); %r = torch_c.from_builtin_tensor %u
    ```

    Returns the views that cannot be rewritten, as text; there is no safe way to compile these.
    """
    problems: list[str] = []
    for op in _views(module.operation):
        problem = _replace(op)
        if problem is not None:
            where = str(op.location).removeprefix("loc(").removesuffix(")").strip('"')
            problems.append(f"{where}: unsupported reshape '{op.name}': {problem}")
    return problems


def _views(op: Any) -> list[Any]:
    found: list[Any] = []
    for region in op.regions:
        for block in region.blocks:
            for inner in block.operations:
                found += _views(inner.operation)
                if inner.operation.name in _VIEWS:
                    found.append(inner.operation)
    return found


def _replace(op: Any) -> str | None:
    """Rewrite one view if it needs it; the reason if that is impossible."""
    source, target = (ValueTensor.of(v.type) for v in (op.operands[0], op.results[0]))
    if source is None or target is None:
        return "the rank or element type is unknown"
    if source.dynamic < 2 and target.dynamic < 2:
        return None
    sizes = op.operands[1].owner
    if sizes.name != "torch.prim.ListConstruct":
        return "the sizes are not a list of scalars"
    with op.location, ir.InsertionPoint(op):
        builder = _Builder()
        tensor = builder.op("torch_c.to_builtin_tensor", [op.operands[0]], source.builtin)
        shape = builder.shape(tensor, source, target, list(sizes.operands))
        reshaped = builder.op("tensor.reshape", [tensor, shape], target.builtin)
        result = builder.op("torch_c.from_builtin_tensor", [reshaped], str(op.results[0].type))
    op.results[0].replace_all_uses_with(result)
    op.erase()
    return None


class _Builder:
    """Creates operations at the current insertion point, from names and type texts."""

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

    def require_equal(self, left: Any, right: Any) -> None:
        """Stop the program at run time if two index values differ."""
        equal = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 0)
        condition = self.op("arith.cmpi", [left, right], "i1", {"predicate": equal})
        message = ir.StringAttr.get("the sizes of a reshape do not divide its elements")
        ir.Operation.create("cf.assert", [], [condition], {"msg": message})

    def dims(self, tensor: Any, kind: ValueTensor) -> list[Any]:
        """All sizes of `tensor` as index values."""
        numbers = [self.constant(d) for d in range(len(kind.dims))]
        return [
            self.op("tensor.dim", [tensor, numbers[d]], "index")
            if size == _UNKNOWN
            else self.constant(int(size))
            for d, size in enumerate(kind.dims)
        ]

    def shape(self, tensor: Any, source: ValueTensor, target: ValueTensor, sizes: list[Any]) -> Any:
        """The sizes of the result as a tensor of index; a size of -1 is what the others leave."""
        known = [
            None if _constant(size) == -1 and dim == _UNKNOWN else self._size(size, dim)
            for size, dim in zip(sizes, target.dims, strict=True)
        ]
        if any(size is None for size in known):
            total = self.product(self.dims(tensor, source))
            others = self.product([size for size in known if size is not None])
            rest = self.op("arith.divsi", [total, others], "index")
            self.require_equal(self.product([rest, others]), total)
            known = [rest if size is None else size for size in known]
        return self.op("tensor.from_elements", known, f"tensor<{len(known)}xindex>")

    def _size(self, size: Any, dim: str) -> Any:
        if dim != _UNKNOWN:
            return self.constant(int(dim))
        value = self.op("torch_c.to_i64", [size], "i64")
        return self.op("arith.index_cast", [value], "index")


def _constant(value: Any) -> int | None:
    """The value of a `torch.constant.int`, or None."""
    owner = value.owner
    if not hasattr(owner, "attributes") or owner.name != "torch.constant.int":
        return None
    return ir.IntegerAttr(owner.attributes["value"]).value
