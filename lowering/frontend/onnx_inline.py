"""Operators replaced by the definition that ONNX's specification gives."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

import onnx
import onnx.inliner
from onnx import (
    AttributeProto,
    FunctionProto,
    ModelProto,
    NodeProto,
    TypeProto,
    ValueInfoProto,
    helper,
)

from sdfg.lowering.frontend.onnx_load import opset
from sdfg.lowering.frontend.onnx_loop_types import infer_shapes

INLINED = frozenset(
    {
        "Attention",
        "CausalConvWithState",
        "CenterCropPad",
        "LinearAttention",
        "NegativeLogLikelihoodLoss",
        "RMSNormalization",
        "RotaryEmbedding",
        "SoftmaxCrossEntropyLoss",
        "SwiGLU",
        "Swish",
    }
)
"""
The native passes have no lowering for these, or (the losses, with weights and a mean) a wrong one.
"""

_DEPTH = 3
"""Definitions may use operators that are to be replaced too."""


def inline_definitions(model: ModelProto) -> ModelProto:
    """
    Replace the operators in `INLINED`, in place; returns the model with shapes inferred.

    The operators of a definition are named after the node they stand for, as places for messages.
    """
    for _ in range(_DEPTH):
        model = infer_shapes(model)
        graph = model.graph
        if not any(node.op_type in INLINED for node in graph.node):
            break
        values = {v.name: v for v in [*graph.input, *graph.value_info, *graph.output]}
        constants = {
            t.name: helper.make_tensor_value_info(t.name, t.data_type, list(t.dims))
            for t in graph.initializer
        }
        nodes = [new for node in graph.node for new in _inlined(model, node, values | constants)]
        del graph.node[:]
        graph.node.extend(nodes)
    return model


def _inlined(
    model: ModelProto, node: NodeProto, values: dict[str, ValueInfoProto]
) -> Iterator[NodeProto]:
    if node.op_type not in INLINED:
        yield node
        return
    complete = NodeProto()
    complete.CopyFrom(node)
    _write_defaults(complete, model)
    definition = _definition(complete, model, values)
    complete.domain = definition.domain
    inputs = [values[name] for name in dict.fromkeys(node.input) if name]
    outputs = [values.get(name) or ValueInfoProto(name=name) for name in node.output if name]
    small = helper.make_model(
        helper.make_graph([complete], "definition", inputs, outputs),
        functions=[definition],
        opset_imports=[*model.opset_import, helper.make_opsetid(definition.domain, 1)],
        ir_version=model.ir_version,
    )
    small = onnx.inliner.inline_local_functions(small)
    outer = {*node.input, *node.output}
    for part in small.graph.node:
        _rename(part, outer, f"{node.name}.")
        part.name = node.name
        yield part


def _rename(node: NodeProto, kept: Set[str], prefix: str) -> None:
    """Put `prefix` before all names of values, also within nested graphs, but for those `kept`."""
    for names in (node.input, node.output):
        names[:] = [n if not n or n in kept else prefix + n for n in names]
    for attribute in node.attribute:
        if attribute.type != AttributeProto.GRAPH:
            continue
        graph = attribute.g
        for value in [*graph.input, *graph.output, *graph.value_info, *graph.initializer]:
            value.name = value.name if value.name in kept else prefix + value.name
        for inner in graph.node:
            _rename(inner, kept, prefix)


def _definition(
    node: NodeProto, model: ModelProto, values: Mapping[str, ValueInfoProto]
) -> FunctionProto:
    """What ONNX says that `node` stands for, as a function of a domain of its own."""
    version = opset(model)
    schema: Any = onnx.defs.get_schema(node.op_type, version)
    if schema.has_function:
        definition = FunctionProto()
        definition.CopyFrom(schema.function_body)
    else:
        types = [values[name].type if name else TypeProto() for name in node.input]
        text = schema.get_context_dependent_function(
            node.SerializeToString(), [kind.SerializeToString() for kind in types]
        )
        definition = FunctionProto.FromString(text)
    definition.domain, definition.name = "definition", node.op_type
    del definition.opset_import[:]
    definition.opset_import.extend(model.opset_import)
    return definition


def _write_defaults(node: NodeProto, model: ModelProto) -> None:
    """Give `node` the attributes it leaves to their defaults; the inliner would drop them."""
    version = opset(model)
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in onnx.defs.get_schema(node.op_type, version).attributes.items():
        if name not in given and attribute.default_value.type:
            node.attribute.append(attribute.default_value)
