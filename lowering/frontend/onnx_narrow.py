"""
Element types without arithmetic become integers of 8 bits, before the rest of the import.

Operators that move elements move their codes. Conversions become formulas, and every other operator
works on the numbers that the codes mean.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import (
    AttributeProto,
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    helper,
    numpy_helper,
)

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.weights import Weight
from sdfg.lowering.frontend.onnx_bit_cast import bit_cast
from sdfg.lowering.frontend.onnx_codes import encoded, import_domain
from sdfg.lowering.frontend.onnx_elements import (
    FORMATS,
    STORAGE,
    IntegerFormat,
    interface_name,
    retype,
    stored,
)
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_load import opset
from sdfg.lowering.frontend.onnx_quantize import (
    dequantize_linear,
    number,
    q_linear_mat_mul,
    quantize_linear,
)
from sdfg.lowering.frontend.onnx_terms import Term

_MOVES = frozenset(
    "Compress Concat ConcatFromSequence Constant ConstantOfShape DepthToSpace Expand Flatten "
    "Gather GatherElements GatherND Identity If Loop Optional OptionalGetElement "
    "OptionalHasElement Pad Reshape ReverseSequence Scan ScatterElements ScatterND SequenceAt "
    "SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap "
    "Shape Size Slice SpaceToDepth Split SplitToSequence Squeeze Tile TensorScatter Transpose "
    "Trilu Unsqueeze "
    "Where".split()
)
"""Operators that only move elements, or do not look at them."""


@dataclass(frozen=True)
class Narrowed:
    """A model whose elements are all stored as types with arithmetic."""

    model: ModelProto
    """The same, with shapes inferred."""
    weights: dict[str, Weight]
    elements: Mapping[str, str]
    """What the interface calls the elements of inputs and outputs that are stored as codes."""


def narrow_types(model: ModelProto, weights: Mapping[str, Weight]) -> Narrowed:
    """
    Replace the element types in `FORMATS` by how they are stored, in place.

    `weights` are inputs of `model` with their data. Shapes must have been inferred. Raises
    `SDFGError` for what cannot be converted.
    """
    if not _has_narrow(model.graph):
        return Narrowed(model, dict(weights), {})
    ports = [*model.graph.input, *model.graph.output]
    kinds = {value.name: value.type.tensor_type.elem_type for value in ports}
    narrow = {name: kind for name, kind in kinds.items() if kind in FORMATS}
    _narrow_graph(model.graph, {}, opset(model))
    import_domain(model)
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    replaced = {
        name: _stored(weight, narrow[name]) if name in narrow else weight
        for name, weight in weights.items()
    }
    elements = {n: interface_name(kind) for n, kind in narrow.items() if n not in weights}
    return Narrowed(model, replaced, elements)


def _stored(weight: Weight, kind: int) -> Weight:
    return Weight(weight.shape, np.dtype(np.int8), lambda: stored(weight.load(), kind))


def _has_narrow(graph: GraphProto) -> bool:
    values = [*graph.input, *graph.output, *graph.value_info]
    if any(_is_narrow(value.type) for value in values):
        return True
    if any(tensor.data_type in FORMATS for tensor in graph.initializer):
        return True
    return any(_has_narrow(inner) for node in graph.node for inner in _graphs(node))


def _is_narrow(kind: onnx.TypeProto) -> bool:
    copy = onnx.TypeProto()
    copy.CopyFrom(kind)
    retype(copy)
    return copy != kind


def _graphs(node: NodeProto) -> Iterable[GraphProto]:
    return (a.g for a in node.attribute if a.type == AttributeProto.GRAPH)


def _narrow_graph(graph: GraphProto, outer: Mapping[str, Any], version: int) -> None:
    """`outer` has the types of the values around the graph."""
    types = dict(outer)
    for value in [*graph.input, *graph.value_info, *graph.output]:
        types[value.name] = value.type.tensor_type
    for tensor in graph.initializer:
        kind = helper.make_tensor_type_proto(tensor.data_type, list(tensor.dims))
        types[tensor.name] = kind.tensor_type
    nodes: list[NodeProto] = []
    for node in list(graph.node):
        nodes += _narrowed(graph, node, types, version)
    del graph.node[:]
    graph.node.extend(nodes)
    for value in [*graph.input, *graph.value_info, *graph.output]:
        retype(value.type)
    for tensor in graph.initializer:
        _store_tensor(tensor)


def _narrowed(
    graph: GraphProto, node: NodeProto, types: Mapping[str, Any], version: int
) -> list[NodeProto]:
    for inner in _graphs(node):
        _narrow_graph(inner, types, version)
    expansion = Expansion(graph, node, types, version, prefix=f"{node.output[0]}.codes")
    if not any(_kind(expansion, name) in FORMATS for name in (*node.input, *node.output)):
        return [node]
    if node.op_type in RULES and node.domain == "":
        RULES[node.op_type](expansion)
    elif _moves(node):
        _store_attributes(node)
        return [node]
    else:
        _in_numbers(expansion)
    return expansion.nodes


def _kind(e: Expansion, name: str) -> int:
    return e.element(name)


def _moves(node: NodeProto) -> bool:
    """Whether the operator does the same with codes as with numbers."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    copies = attributes.get("reduction", b"none") == b"none"
    return node.domain == "" and node.op_type in _MOVES and copies


def _store_attributes(node: NodeProto) -> None:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.TENSOR:
            _store_tensor(attribute.t)
        elif attribute.name == "dtype" and attribute.i in FORMATS:
            attribute.i = STORAGE


def _store_tensor(tensor: TensorProto) -> None:
    kind = tensor.data_type
    if kind in FORMATS:
        codes = stored(numpy_helper.to_array(tensor), kind)
        tensor.CopyFrom(numpy_helper.from_array(codes, tensor.name))


def _in_numbers(e: Expansion) -> None:
    """Any operator: on numbers made of the codes, whose results become codes."""
    operands = [
        number(e, name).name if e.element(name) in FORMATS else name for name in e.node.input
    ]
    narrow = {name: e.element(name) for name in e.node.output if e.element(name) in FORMATS}
    results = [f"{name}.numbers" if name in narrow else name for name in e.node.output]
    node = NodeProto()
    node.CopyFrom(e.node)
    node.input[:], node.output[:] = operands, results
    e.nodes.append(node)
    for name, kind in narrow.items():
        is_integer = isinstance(FORMATS[kind], IntegerFormat)
        wide = TensorProto.INT32 if is_integer else TensorProto.FLOAT
        encoded(Term(e, f"{name}.numbers", wide), kind, name).gives(name)


def cast(e: Expansion) -> bool:
    """From a type and to a type; those without arithmetic by way of what their codes mean."""
    x, to = e.node.input[0], e.attributes["to"]
    if TensorProto.STRING in (e.element(x), to):
        raise SDFGError(f"{e.node.name}: '{e.node.op_type}' of strings")
    _convert(e, to)
    return True


def cast_like(e: Expansion) -> bool:
    """A conversion to the type of the second operand."""
    _convert(e, e.element(e.node.input[1]))
    return True


def _convert(e: Expansion, to: int) -> None:
    (name, *_), (result,) = e.node.input, e.node.output
    value = number(e, name)
    if to not in FORMATS:
        value.cast(to).gives(result)
        return
    saturate = bool(e.attributes.get("saturate", 1))
    rounding = e.text("round_mode", "up")
    encoded(value, to, name, saturate=saturate, rounding=rounding).gives(result)


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "BitCast": bit_cast,
    "Cast": cast,
    "CastLike": cast_like,
    "DequantizeLinear": dequantize_linear,
    "QLinearMatMul": q_linear_mat_mul,
    "QuantizeLinear": quantize_linear,
}
"""Operators that convert."""
