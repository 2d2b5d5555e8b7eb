"""Sizes of what a loop carries: ONNX's inference forgets them, as an iteration may change them."""

from collections.abc import Mapping

import onnx
import onnx.shape_inference
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TypeProto, ValueInfoProto

from sdfg.lowering.frontend.onnx_captured import copy_captured

_ROUNDS = 8
"""Loops behind loops, or within, of which each needs the types of the one before."""


def infer_shapes(model: ModelProto) -> ModelProto:
    """
    The model with shapes inferred, also behind loops.

    What an iteration gets has the sizes of what the loop begins with; those that an iteration
    changes are left open. The number of dimensions is always the same.
    """
    copy_captured(model.graph)
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    for _ in range(_ROUNDS):
        if not _type_loops(model.graph, {}):
            break
        model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    return model


def _type_loops(graph: GraphProto, outer: Mapping[str, TypeProto]) -> bool:
    """Enter the types of what loops carry, in place; whether there were any to enter."""
    values = {v.name: v for v in [*graph.input, *graph.value_info, *graph.output]}
    types = {**outer, **{name: value.type for name, value in values.items()}}
    for tensor in graph.initializer:
        types[tensor.name] = onnx.helper.make_tensor_type_proto(tensor.data_type, tensor.dims)
    changed = False
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type != AttributeProto.GRAPH:
                continue
            changed |= _type_loops(attribute.g, types)
            if node.op_type == "Loop":
                changed |= _type_states(node, attribute.g, types)
                changed |= _type_results(graph, node, attribute.g, types, values)
    return changed


def _type_states(node: NodeProto, body: GraphProto, types: Mapping[str, TypeProto]) -> bool:
    """What an iteration gets has the type of what the loop begins with, where it states none."""
    changed, results = False, {v.name: v.type for v in body.value_info}
    for name, given, result in zip(node.input[2:], body.input[2:], body.output[1:], strict=False):
        first = types.get(name)
        if first is None or not first.tensor_type.HasField("shape"):
            continue
        if not given.type.tensor_type.HasField("shape"):
            given.type.CopyFrom(first)
            changed = True
            continue
        after = result.type if _rank(result.type) is not None else results.get(result.name)
        if after is None or _rank(after) != _rank(given.type):
            continue
        for dim, new in zip(given.type.tensor_type.shape.dim, _sizes(after), strict=True):
            if dim.HasField("dim_value") and new is not None and new != dim.dim_value:
                dim.Clear()
                changed = True
                # What was inferred from the size no longer holds.
                del body.value_info[:]
    return changed


def _type_results(
    graph: GraphProto,
    node: NodeProto,
    body: GraphProto,
    types: Mapping[str, TypeProto],
    values: Mapping[str, ValueInfoProto],
) -> bool:
    """A result has the sizes that the first and the last value of a state have in common."""
    changed = False
    for name, result, given in zip(node.input[2:], node.output, body.input[2:], strict=False):
        first, stated = types.get(name), types.get(result)
        if not result or first is None or _rank(first) is None or _rank(given.type) is None:
            continue
        if stated is not None and _rank(stated) is not None:
            continue
        after = given.type.tensor_type
        pairs = zip(_sizes(first), _sizes(given.type), strict=True)
        shape = [a if a == b else None for a, b in pairs]
        kind = onnx.helper.make_tensor_type_proto(after.elem_type, shape)
        if result in values:
            values[result].type.CopyFrom(kind)
        else:
            graph.value_info.append(onnx.helper.make_value_info(result, kind))
        changed = True
    return changed


def _rank(kind: TypeProto) -> int | None:
    tensor = kind.tensor_type
    return len(tensor.shape.dim) if tensor.HasField("shape") else None


def _sizes(kind: TypeProto) -> list[int | None]:
    """The sizes, None where they are not known."""
    return [d.dim_value if d.HasField("dim_value") else None for d in kind.tensor_type.shape.dim]
