"""What a model cannot avoid: the FLOPs of its products and the bytes it must move."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from sdfg.dialect.diagnostics import SDFGError

Shape = tuple[int, ...]

_PICKING = ("Gather", "GatherElements", "GatherND")
"""Operations that read only a part of their first operand."""


@dataclass(frozen=True)
class Cost:
    """Lower bounds of the work of one run."""

    flops: int
    """Of matrix products and convolutions, two per multiply-add, computed directly."""
    bytes: int
    """Inputs, outputs and weights, each once. Of tables only the rows that are looked up."""


def cost_of(path: Path) -> Cost:
    """The cost of an ONNX model with static shapes. Raises `SDFGError` if a shape is missing."""
    library: Any = onnx
    model: ModelProto = library.load(path, load_external_data=False)
    inferred: ModelProto = library.shape_inference.infer_shapes(model)
    graph = inferred.graph
    shapes = _shapes(graph)
    flops = sum(_flops(node, shapes) for node in graph.node)
    return Cost(flops, _interface_bytes(graph) + _weight_bytes(graph, shapes))


def _shapes(graph: GraphProto) -> dict[str, Shape]:
    values = (*graph.value_info, *graph.input, *graph.output)
    shapes = {value.name: _shape(value) for value in values}
    return shapes | {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}


def _shape(value: ValueInfoProto) -> Shape:
    return tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)


def _flops(node: NodeProto, shapes: dict[str, Shape]) -> int:
    if node.op_type not in ("MatMul", "Gemm", "Conv"):
        return 0
    try:
        operands = [shapes[name] for name in node.input[:2]]
        result = shapes[node.output[0]]
    except KeyError as error:
        raise SDFGError(f"'{node.name}' ({node.op_type}): no shape of {error}") from None
    if node.op_type == "Conv":
        length = math.prod(operands[1][1:])
    else:
        turned = node.op_type == "Gemm" and _integer(node, "transA")
        length = operands[0][0] if turned else operands[0][-1]
    return 2 * math.prod(result) * length


def _integer(node: NodeProto, name: str) -> int:
    found: list[AttributeProto] = [a for a in node.attribute if a.name == name]
    return found[0].i if found else 0


def _interface_bytes(graph: GraphProto) -> int:
    weights = {tensor.name for tensor in graph.initializer}
    values = [v for v in (*graph.input, *graph.output) if v.name not in weights]
    return sum(_bytes(v.type.tensor_type.elem_type, _shape(v)) for v in values)


def _weight_bytes(graph: GraphProto, shapes: dict[str, Shape]) -> int:
    readers: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    return sum(_read(tensor, readers.get(tensor.name, []), shapes) for tensor in graph.initializer)


def _read(tensor: TensorProto, readers: list[NodeProto], shapes: dict[str, Shape]) -> int:
    """Bytes of a weight that some run reads; what is looked up in it where that is all."""
    size = _bytes(tensor.data_type, tuple(tensor.dims))
    if all(n.op_type in _PICKING and n.input[0] == tensor.name for n in readers):
        picked = [_bytes(tensor.data_type, shapes.get(n.output[0], ())) for n in readers]
        return min(size, sum(picked))
    return size


def _bytes(element: int, shape: Shape) -> int:
    dtype = onnx.helper.tensor_dtype_to_np_dtype(element)
    return math.prod(shape) * dtype.itemsize
