"""Reading an ONNX file, and refusing what cannot be compiled before any work is done."""

import os
from collections.abc import Iterator
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_elements import FORMATS

_DEFAULT_DOMAINS = ("", "ai.onnx")

SUPPORTED_TYPES = frozenset(
    {
        TensorProto.FLOAT,
        TensorProto.DOUBLE,
        TensorProto.FLOAT16,
        TensorProto.BFLOAT16,
        TensorProto.BOOL,
        TensorProto.INT8,
        TensorProto.INT16,
        TensorProto.INT32,
        TensorProto.INT64,
        TensorProto.UINT8,
        TensorProto.UINT16,
        TensorProto.UINT32,
        TensorProto.UINT64,
        *FORMATS,
    }
)
"""Element types that inputs, outputs and weights may have."""


def read_model(path: str | os.PathLike[str]) -> ModelProto:
    """
    Read a model; data in external files is not loaded.

    Raises `SDFGError` if the file is missing, not an ONNX file or truncated.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SDFGError(f"{path}: cannot read the model: {error.strerror}") from error
    model = ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        if _is_prefix(data):
            raise SDFGError(
                f"{path}: the file is truncated, it ends within a field\n"
                "hint: copy or download the model again"
            ) from error
        raise SDFGError(f"{path}: not an ONNX file") from error
    if not model.HasField("graph") or not model.opset_import or not model.ir_version:
        raise SDFGError(
            f"{path}: not an ONNX model, it has no graph, operator set or version\n"
            "hint: a truncated file can also look like this"
        )
    return model


def _is_prefix(data: bytes) -> bool:
    """Whether `data` is the beginning of a message with the fields of a `ModelProto`."""
    known = {field.number for field in ModelProto.DESCRIPTOR.fields}
    position, fields = 0, 0
    while position < len(data):
        tag, position = _varint(data, position)
        if tag >> 3 not in known or tag & 7 not in (0, 2):
            return False
        fields += 1
        value, position = _varint(data, position)
        if tag & 7 == 2:
            position += value
    return fields > 0 and position > len(data)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """The integer at `position`, and where it ends; beyond the end if it is cut off."""
    value = shift = 0
    while position < len(data):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
    return value, position + 1


def nodes(graph: GraphProto) -> Iterator[NodeProto]:
    """All nodes of `graph` and of the graphs within its nodes, outermost first."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from nodes(attribute.g)
            for inner in attribute.graphs:
                yield from nodes(inner)


def refuse_unknown(model: ModelProto, name: str) -> None:
    """
    Raise `SDFGError` naming all operators that ONNX does not define, all types that cannot be
    compiled, and all operator sets newer than the installed `onnx` package knows.
    """
    problems = [
        *_unknown_operators(model),
        *_unsupported_types(model.graph),
    ]
    if problems:
        lines = "\n".join(f"  {problem}" for problem in dict.fromkeys(problems))
        raise SDFGError(f"{name}: the model cannot be compiled\n{lines}")


def opset(model: ModelProto) -> int:
    """The version of ONNX's own operator set that the model uses; 0 if it uses none."""
    versions = [item.version for item in model.opset_import if item.domain in _DEFAULT_DOMAINS]
    return max(versions, default=0)


def label(node: NodeProto) -> str:
    """How messages call a node: its name, or else what it computes."""
    return node.name or (f"<{node.output[0]}>" if node.output else "<unnamed>")


def _unknown_operators(model: ModelProto) -> Iterator[str]:
    versions = {item.domain: item.version for item in model.opset_import}
    newest = onnx.defs.onnx_opset_version()
    if opset(model) > newest:
        yield f"operator set {opset(model)} is newer than {newest}, the newest known here"
        return
    local = {(function.domain, function.name) for function in model.functions}
    bodies = [model.graph.node, *(function.node for function in model.functions)]
    for body in bodies:
        for node in nodes(GraphProto(node=body)):
            if (node.domain, node.op_type) in local:
                continue
            domain = "" if node.domain in _DEFAULT_DOMAINS else node.domain
            version = versions.get(domain, versions.get("ai.onnx", 1) if domain == "" else 1)
            if not onnx.defs.has(node.op_type, version, domain):
                operator = f"{domain}.{node.op_type}" if domain else node.op_type
                yield f"{label(node)}: unknown operator '{operator}' (operator set {version})"


def _unsupported_types(graph: GraphProto) -> Iterator[str]:
    for kind, values in (("input", graph.input), ("output", graph.output)):
        for value in values:
            if problem := _type_problem(value):
                yield f"{kind} '{value.name}': unsupported type {problem}"
    for weight in graph.initializer:
        if weight.data_type not in SUPPORTED_TYPES:
            element = TensorProto.DataType.Name(weight.data_type).lower()
            yield f"weight '{weight.name}': unsupported type tensor of {element}"
    for sparse in graph.sparse_initializer:
        yield f"weight '{sparse.values.name}': unsupported type sparse tensor"


def _type_problem(value: ValueInfoProto) -> str | None:
    kind, of = value.type.WhichOneof("value"), value.type
    while kind in ("sequence_type", "optional_type"):
        of = getattr(of, kind).elem_type
        kind = of.WhichOneof("value")
    if kind is None:
        return None
    if kind != "tensor_type":
        return kind.removesuffix("_type").replace("_", " ")
    element = of.tensor_type.elem_type
    if element in SUPPORTED_TYPES or element == TensorProto.UNDEFINED:
        return None
    return f"tensor of {TensorProto.DataType.Name(element).lower()}"
