"""
Products of a batch of matrices with one matrix, which torch-mlir would broadcast.

A linear layer on `batch x seq x k` is one product of a tall matrix; torch-mlir's lowering copies
the weight once per batch instead.
"""

from math import prod
from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import DYNAMIC, TorchBuilder, ValueTensor, walk


def flatten_matmuls(module: Any) -> None:
    """
    Collapse the rows of each product with a single matrix on the right, in place.

    ```
    %r = torch.aten.matmul %x, %w : [b, s, k], [k, n]
    ->
    %f = tensor.collapse_shape %x : [b * s, k]; %p = torch.aten.mm %f, %w
    %r = tensor.expand_shape %p : [b, s, n]
    ```
    """
    for op in [op for op in walk(module.operation) if op.name == "torch.aten.matmul"]:
        left, right, result = (
            ValueTensor.of(v.type) for v in (op.operands[0], op.operands[1], op.results[0])
        )
        if left and right and result and len(left.dims) > 2 and len(right.dims) == 2:
            _flatten(op, left, result)


def _flatten(op: Any, left: ValueTensor, result: ValueTensor) -> None:
    rank = len(left.dims)
    rows = left.dims[:-1]
    count = DYNAMIC if DYNAMIC in rows else str(prod(map(int, rows)))
    flat = ValueTensor((count, left.dims[-1]), left.element)
    product = ValueTensor((count, result.dims[-1]), result.element)
    groups = ir.Attribute.parse(f"[{list(range(rank - 1))}, [{rank - 1}]]", op.context)
    with op.location, ir.InsertionPoint(op):
        builder = TorchBuilder()
        tensor = builder.to_builtin(op.operands[0], left)
        collapsed = builder.op(
            "tensor.collapse_shape", [tensor], flat.builtin, {"reassociation": groups}
        )
        operands = [builder.from_builtin(collapsed, flat), op.operands[1]]
        multiplied = builder.op("torch.aten.mm", operands, product.torch)
        expanded = _expand(builder, multiplied, (product, result), groups, tensor)
        op.results[0].replace_all_uses_with(builder.from_builtin(expanded, result))
    op.erase()


def _expand(
    builder: TorchBuilder,
    value: Any,
    kinds: tuple[ValueTensor, ValueTensor],
    groups: Any,
    rows_of: Any,
) -> Any:
    """`value` with the rows of the builtin tensor `rows_of`."""
    source, result = kinds
    sizes = [
        builder.op("tensor.dim", [rows_of, builder.constant(number)], "index")
        for number, size in enumerate(result.dims[:-1])
        if size == DYNAMIC
    ]
    last = builder.to_builtin(value, source)
    if result.dims[-1] == DYNAMIC:
        sizes.append(builder.op("tensor.dim", [last, builder.constant(1)], "index"))
    marker = -(1 << 63)
    static = [marker if size == DYNAMIC else int(size) for size in result.dims]
    attributes = {
        "reassociation": groups,
        "static_output_shape": ir.DenseI64ArrayAttr.get(static),
    }
    return builder.op("tensor.expand_shape", [last, *sizes], result.builtin, attributes)
