"""
The guard against a silent miscompile of reshapes.

torch-mlir lowers a view with two or more dynamic dimensions to `tensor.cast ? -> 1`, which computes
garbage (llvm/torch-mlir issues 4743 and 3852). Such views become `tensor.reshape` with an explicit
shape here, before torch-mlir sees them.
"""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import DYNAMIC, TorchBuilder, ValueTensor, place, walk

_VIEWS = ("torch.aten.view", "torch.aten._unsafe_view", "torch.aten.reshape")


def replace_dynamic_views(module: Any) -> tuple[str, ...]:
    """
    Rewrite every view with two or more dynamic dimensions on either side, in place.

    ```
    %r = torch.aten.view %x, [%a, -1, %c]
    ->
    %t = torch_c.to_builtin_tensor %x
    %s = tensor.from_elements %a, (elements of %x / (%a * %c)), %c
    %u = tensor.reshape %t(%s); %r = torch_c.from_builtin_tensor %u
    ```

    Returns the views that cannot be rewritten, as text; there is no safe way to compile these.
    """
    problems: list[str] = []
    for op in [op for op in walk(module.operation) if op.name in _VIEWS]:
        if (problem := _replace(op)) is not None:
            problems.append(f"{place(op.location)}: unsupported reshape '{op.name}': {problem}")
    return tuple(problems)


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
        builder = TorchBuilder()
        tensor = builder.to_builtin(op.operands[0], source)
        shape = _shape(builder, tensor, (source, target), list(sizes.operands))
        reshaped = builder.op("tensor.reshape", [tensor, shape], target.builtin)
        op.results[0].replace_all_uses_with(builder.from_builtin(reshaped, target))
    op.erase()
    return None


def _shape(
    builder: TorchBuilder, tensor: Any, kinds: tuple[ValueTensor, ValueTensor], sizes: list[Any]
) -> Any:
    """The sizes of the result as a tensor of index; a size of -1 is what the others leave."""
    source, target = kinds
    known = [
        None if _constant(size) == -1 and dim == DYNAMIC else _size(builder, size, dim)
        for size, dim in zip(sizes, target.dims, strict=True)
    ]
    if any(size is None for size in known):
        total = builder.product(builder.dims(tensor, source))
        others = builder.product([size for size in known if size is not None])
        rest = builder.op("arith.divsi", [total, others], "index")
        message = "the sizes of a reshape do not divide its elements"
        builder.require_equal(builder.product([rest, others]), total, message)
        known = [rest if size is None else size for size in known]
    return builder.op("tensor.from_elements", known, f"tensor<{len(known)}xindex>")


def _size(builder: TorchBuilder, size: Any, dim: str) -> Any:
    if dim != DYNAMIC:
        return builder.constant(int(dim))
    value = builder.op("torch_c.to_i64", [size], "i64")
    return builder.op("arith.index_cast", [value], "index")


def _constant(value: Any) -> int | None:
    """The value of a `torch.constant.int`, or None."""
    owner = value.owner
    if not hasattr(owner, "attributes") or owner.name != "torch.constant.int":
        return None
    return ir.IntegerAttr(owner.attributes["value"]).value
