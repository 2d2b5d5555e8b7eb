"""Bringing an ONNX model into the form that the native importer handles well."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import onnx.inliner
import onnx.shape_inference
import onnx.version_converter
from onnx import AttributeProto, GraphProto, ModelProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.weights import Weights
from sdfg.lowering.frontend.onnx_codes import import_domain
from sdfg.lowering.frontend.onnx_expand import expand_operators
from sdfg.lowering.frontend.onnx_fold import fold_constants
from sdfg.lowering.frontend.onnx_inline import inline_definitions
from sdfg.lowering.frontend.onnx_load import label, opset, refuse_unknown
from sdfg.lowering.frontend.onnx_loop_types import infer_shapes
from sdfg.lowering.frontend.onnx_narrow import narrow_types
from sdfg.lowering.frontend.onnx_sound import refuse_unsound
from sdfg.lowering.frontend.onnx_structure import Resolved, has_structure, resolve
from sdfg.lowering.frontend.onnx_weights import take_weights

OPSET = 17
"""The oldest operator set whose operators all have a lowering; older models are converted to it."""

_IR_VERSION = 8
"""The oldest file format in which an initializer need not be an input."""


_INVALID = (
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    onnx.version_converter.ConvertError,
    RuntimeError,
    UnicodeDecodeError,  # of a message that names what is no text
    MemoryError,  # inference counts along sizes that no machine holds
)
"""What ONNX's functions raise for models that are not valid."""


@dataclass(frozen=True)
class PreparedModel:
    """An ONNX model without its large initializers."""

    model: ModelProto
    """
    Inputs are the user's, in order, then one per weight; all nodes are named, all values have a
    type.
    """

    inputs: tuple[str, ...]
    """The user's inputs, in order."""

    weights: Weights
    """The data of the other inputs."""

    elements: Mapping[str, str]
    """What the elements of inputs and outputs are called, where the model has only their codes."""


def prepare(model: ModelProto, *, name: str, folder: Path | None) -> PreparedModel:
    """
    Convert, inline, fold and infer shapes; `model` itself is changed.

    `name` is what messages call the model; external data is looked for in `folder` only. Raises
    `SDFGError` for what cannot be compiled.
    """
    _check(model, name)
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = tuple(value.name for value in model.graph.input if value.name not in stored)
    weights = take_weights(model, folder)
    try:
        model = _converted(model)
        if has_structure(model):
            model = resolve(model).model
        narrowed = narrow_types(inline_definitions(model), weights)
        model, weights = narrowed.model, narrowed.weights
        expand_operators(model)
        import_domain(model)
        weights = fold_constants(model, weights)
        # What the exporter says about sizes stays: it often knows more than inference finds out.
        model = infer_shapes(model)
    except _INVALID as error:
        raise SDFGError(f"{name}: the model is not valid: {error}") from error
    _name_nodes(model.graph)
    _refuse_untyped(model, name)
    return PreparedModel(model, inputs, Weights(weights), narrowed.elements)


def _converted(model: ModelProto) -> ModelProto:
    """The model in operators that have a lowering, with shapes."""
    model.ir_version = max(model.ir_version, _IR_VERSION)
    checker: Any = onnx.checker
    checker.check_model(model)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    if opset(model) < OPSET:
        model = onnx.version_converter.convert_version(model, OPSET)
    return model


def specialize(
    model: ModelProto, given: Mapping[str, Any], sizes: Mapping[str, tuple[int, ...]], name: str
) -> Resolved:
    """
    A copy of the model over tensors alone, for the structure and the values in `given`, and for
    inputs of those `sizes`.

    Raises `NeedsInputs` where more inputs decide structure, and `SDFGError` as `prepare` does.
    """
    copy = ModelProto()
    copy.CopyFrom(model)
    _check(copy, name)
    try:
        return resolve(_converted(copy), given, sizes)
    except _INVALID as error:
        raise SDFGError(f"{name}: the model is not valid: {error}") from error


def _check(model: ModelProto, name: str) -> None:
    """Refuse what can never be compiled; give nodes names, and the model an operator set."""
    refuse_unsound(model, name)
    refuse_unknown(model, name)
    if not opset(model):
        model.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    _name_nodes(model.graph)


def _name_nodes(graph: GraphProto, prefix: str = "") -> None:
    """Give a name, unique within its graph, to each node without one; names become places."""
    taken = {node.name for node in graph.node}
    for number, node in enumerate(graph.node):
        if not node.name:
            name = f"{prefix}{node.op_type}_{number}"
            while name in taken:
                name += "_"
            node.name = name
            taken.add(name)
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                _name_nodes(attribute.g, f"{node.name}/")


def _refuse_untyped(model: ModelProto, name: str) -> None:
    """Every value that a node reads must have an element type by now."""
    graph = model.graph
    typed = {t.name for t in graph.initializer} | {""}
    typed |= {v.name for v in [*graph.input, *graph.value_info, *graph.output] if _has_type(v)}
    problems = [
        f"  {label(node)}: the type of '{value}', an operand of {node.op_type}, cannot be inferred"
        for node in graph.node
        for value in node.input
        if value not in typed
    ]
    if problems:
        raise SDFGError("\n".join([f"{name}: the model is not typed completely", *problems]))


def _has_type(value: onnx.ValueInfoProto) -> bool:
    kind = value.type.WhichOneof("value")
    return kind is not None and (kind != "tensor_type" or value.type.tensor_type.elem_type != 0)
