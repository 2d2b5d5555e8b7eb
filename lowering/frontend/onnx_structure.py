"""
Sequences and optionals of an ONNX model, resolved to tensors before anything else happens.

They are structure, not data: how many tensors there are, and which of them an operator means. What
holds a sequence becomes a tuple of names of tensors, loops over sequences are unrolled, branches
that say what a sequence holds are decided. What remains is a graph over tensors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onnx import ModelProto

from sdfg.lowering.frontend.onnx_load import nodes
from sdfg.lowering.frontend.onnx_resolver import STRUCTURED, Held, Resolver, is_structured
from sdfg.lowering.frontend.onnx_sequences import HANDLERS


@dataclass(frozen=True)
class Resolved:
    """A model over tensors, and how its inputs and outputs were called before."""

    model: ModelProto
    inputs: Mapping[str, Held]
    """What each input of the original became: inputs of `model`."""
    outputs: Mapping[str, Held]
    """What each output of the original became: outputs of `model`."""


def has_structure(model: ModelProto) -> bool:
    """Whether the model has values that are no tensors."""
    graph = model.graph
    return any(is_structured(value.type) for value in [*graph.input, *graph.output]) or any(
        node.op_type in STRUCTURED for node in nodes(graph)
    )


def resolve(
    model: ModelProto,
    given: Mapping[str, Any] | None = None,
    sizes: Mapping[str, tuple[int, ...]] | None = None,
) -> Resolved:
    """
    A copy of the model, in operators of opset 13 or later, without sequences and optionals.

    `given` has values for inputs: a list or `None` for what is no tensor, of which only types and
    sizes count; an array for an input whose value decides structure, which is then no input any
    more. `sizes` are those of inputs that stay. Raises `NeedsInputs` where more must be given,
    `SDFGError` where data decides structure.
    """
    resolver = Resolver(model, HANDLERS)
    given = given or {}
    inputs = {
        value.name: resolver.take_input(value, given, sizes or {})
        for value in model.graph.input
        if value.name not in {t.name for t in model.graph.initializer}
    }
    scope = dict(inputs)
    resolver.take_initializers(model.graph)
    resolver.run(model.graph, scope, "")
    outputs = {
        value.name: resolver.give_output(scope[value.name], value) for value in model.graph.output
    }
    result = ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    for field_, items in (
        (graph.node, resolver.emitted),
        (graph.input, resolver.inputs),
        (graph.output, resolver.outputs),
        (graph.initializer, resolver.initializers),
    ):
        values: Any = field_
        del values[:]
        values.extend(items)
    del graph.value_info[:]
    known = {name: held for name, held in inputs.items() if not resolver.is_static(held)}
    return Resolved(result, known, outputs)
