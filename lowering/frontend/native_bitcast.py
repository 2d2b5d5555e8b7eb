"""
The same bits as another type, which torch-mlir has no lowering for.

`onnx.BitCast`, of ONNX's own operators or of those that the import adds, becomes PyTorch's
`aten.view.dtype` before torch-mlir sees it, so that both frontends share what follows.
"""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import TorchBuilder, ValueTensor, place, walk

_WIDTHS = {"i1": 8, "f16": 16, "bf16": 16, "f32": 32, "f64": 64}


def views_of_bits(module: Any) -> None:
    """
    Rewrite bit casts of the importer, in place.

    ```
    %r = torch.operator "onnx.BitCast"(%x) {to}  ->  %r = torch.aten.view.dtype %x, %dtype
    ```
    """
    for op in [op for op in walk(module.operation) if op.name == "torch.operator"]:
        if ir.StringAttr(op.attributes["name"]).value != "onnx.BitCast":
            continue
        with op.location, ir.InsertionPoint(op):
            builder = TorchBuilder()
            # The result's type says what the number would; any will do.
            value = {"value": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), 0)}
            number = builder.op("torch.constant.int", [], "!torch.int", value)
            operands = [op.operands[0], number]
            result = builder.op("torch.aten.view.dtype", operands, str(op.results[0].type))
        op.results[0].replace_all_uses_with(result)
        op.erase()


def lower_views_of_bits(module: Any) -> tuple[str, ...]:
    """
    Rewrite views as another type of the same width to a generic op, in place.

    ```
    %r = torch.aten.view.dtype %x, %dtype
    ->
    %t = torch_c.to_builtin_tensor %x
    %u = linalg.generic ins(%t) { arith.bitcast }; %r = torch_c.from_builtin_tensor %u
    ```

    Integers that differ in their sign only are the same in a builtin tensor. Returns the views that
    cannot be rewritten, as text.
    """
    problems: list[str] = []
    for op in [op for op in walk(module.operation) if op.name == "torch.aten.view.dtype"]:
        source, target = (ValueTensor.of(v.type) for v in (op.operands[0], op.results[0]))
        if source is None or target is None or _width(source) != _width(target):
            kinds = f"{op.operands[0].type} as {op.results[0].type}"
            problems.append(f"{place(op.location)}: unsupported view of {kinds}")
            continue
        with op.location, ir.InsertionPoint(op):
            builder = TorchBuilder()
            tensor = builder.to_builtin(op.operands[0], source)
            if source.builtin != target.builtin:
                tensor = _cast(builder, tensor, source, target)
            op.results[0].replace_all_uses_with(builder.from_builtin(tensor, target))
        op.erase()
    return tuple(problems)


def _width(kind: ValueTensor) -> int:
    """Of an element in memory, in bits."""
    element = kind.element.lstrip("su") if kind.element[1:2] == "i" else kind.element
    return _WIDTHS.get(element) or int(element.lstrip("i"))


def _cast(builder: TorchBuilder, tensor: Any, source: ValueTensor, target: ValueTensor) -> Any:
    """`tensor` as elements of another type, element by element."""
    sizes = builder.dims(tensor, source)
    dynamic = [size for size, dim in zip(sizes, source.dims, strict=True) if dim == "?"]
    empty = builder.op("tensor.empty", dynamic, target.builtin)
    rank = len(source.dims)
    names = ", ".join(f"d{k}" for k in range(rank))
    identity = ir.Attribute.parse(f"affine_map<({names}) -> ({names})>")
    parallel = ir.Attribute.parse("#linalg.iterator_type<parallel>")
    attributes = {
        "indexing_maps": ir.ArrayAttr.get([identity, identity]),
        "iterator_types": ir.ArrayAttr.get([parallel] * rank),
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([1, 1]),
    }
    kind = ir.Type.parse(target.builtin)
    generic = ir.Operation.create("linalg.generic", [kind], [tensor, empty], attributes, regions=1)
    elements = [ir.RankedTensorType(value.type).element_type for value in (tensor, empty)]
    block = ir.Block.create_at_start(generic.regions[0], elements)
    with ir.InsertionPoint(block):
        cast = ir.Operation.create("arith.bitcast", [elements[1]], [block.arguments[0]])
        ir.Operation.create("linalg.yield", [], [cast.result])
    return generic.result
