"""
Refusing what no sound ONNX file holds, before anything looks at the content.

ONNX's checker never sees the large tensors, which are taken out of a model before, and ends with
exceptions of all kinds where texts are none or numbers are out of range. Its inliner follows
functions that call themselves until the memory ends.
"""

from collections.abc import Iterator, Mapping
from math import prod

from onnx import (
    AttributeProto,
    FunctionProto,
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    helper,
)
from onnx.external_data_helper import uses_external_data

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_elements import FORMATS

LARGEST_VERSION = 2**31 - 1
MOST_ELEMENTS = 1 << 48
"""Of a tensor, so that sizes in bytes and offsets fit into 64 bits."""
MOST_NODES = 1_000_000
"""That the calls of a model's functions may stand for."""

_NARROW_BITS: Mapping[str, int] = {"INT4": 4, "UINT4": 4, "FLOAT4E2M1": 4, "INT2": 2, "UINT2": 2}
"""Element types that share numbers in the fields of a tensor."""
_COMPLEX = (TensorProto.COMPLEX64, TensorProto.COMPLEX128)


def refuse_unsound(model: ModelProto, name: str) -> None:
    """
    Raise `SDFGError` that lists texts that are not UTF-8, versions out of range, tensors whose data
    is not what their sizes and types say, and functions that call themselves or stand for too much.
    """
    problems = list(_texts(model)) or [
        *_versions(model),
        *(f"tensor '{t.name}': {problem}" for t in _tensors(model) if (problem := _problem(t))),
        *_types(model),
        *_references(model),
        *_calls(model),
    ]
    if problems:
        lines = "\n".join(f"  {problem}" for problem in dict.fromkeys(problems))
        raise SDFGError(f"{name}: the file is damaged\n{lines}")


def graphs(model: ModelProto) -> Iterator[GraphProto]:
    """All graphs; the nodes of functions count as graphs without anything else."""
    waiting = [model.graph, *(GraphProto(node=function.node) for function in model.functions)]
    while waiting:
        graph = waiting.pop()
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.type == AttributeProto.GRAPH else []
                waiting += attribute.graphs


def _texts(model: ModelProto) -> Iterator[str]:
    """protobuf gives bytes where a name is no text."""
    for graph in graphs(model):
        values = [*graph.input, *graph.output, *graph.value_info, *graph.initializer]
        for text in (graph.name, *(value.name for value in values)):
            yield from _text(text, "name of a value")
        for node in graph.node:
            for text in (node.name, node.op_type, node.domain, *node.input, *node.output):
                yield from _text(text, "name in a node")
            for attribute in node.attribute:
                yield from _text(attribute.name, "name of an attribute")
    for domain in model.opset_import:
        yield from _text(domain.domain, "name of a domain")
    for function in model.functions:
        for text in (function.name, function.domain, *function.input, *function.output):
            yield from _text(text, "name in a function")


def _text(text: object, what: str) -> Iterator[str]:
    if isinstance(text, bytes):
        yield f"a {what} is not UTF-8: {text[:40]!r}"
    elif "\0" in str(text):
        yield f"a {what} holds a zero byte: {str(text)[:40]!r}"


def _versions(model: ModelProto) -> Iterator[str]:
    entries = [*model.opset_import, *(o for f in model.functions for o in f.opset_import)]
    for entry in entries:
        if not 0 < entry.version <= LARGEST_VERSION:
            yield f"version {entry.version} of the operators '{entry.domain}'"
    if not 0 <= model.ir_version <= LARGEST_VERSION:
        yield f"version {model.ir_version} of the file format"


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    for graph in graphs(model):
        yield from graph.initializer
        for node in graph.node:
            for attribute in node.attribute:
                yield from [attribute.t] if attribute.type == AttributeProto.TENSOR else []
                yield from attribute.tensors


def _problem(tensor: TensorProto) -> str | None:
    """What is wrong with a tensor, or None."""
    known = TensorProto.DataType.values()
    if tensor.data_type not in known or tensor.data_type == TensorProto.UNDEFINED:
        return f"unknown element type {tensor.data_type}"
    if any(size < 0 for size in tensor.dims):
        return f"negative size in {list(tensor.dims[:8])}"
    if prod(tensor.dims) > MOST_ELEMENTS:
        return f"more elements than memory has bytes: {list(tensor.dims[:8])}"
    if tensor.HasField("segment"):
        return "segments, which no reader knows"
    if uses_external_data(tensor):
        return _external_problem(tensor)
    return _data_problem(tensor)


def _external_problem(tensor: TensorProto) -> str | None:
    """Data in a file must say which, and where as numbers."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location")
    if not location or isinstance(location, bytes) or "\0" in location:
        return "external data without the name of a file"
    for key in ("offset", "length"):
        text = entries.get(key, "0")
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            return f"external data whose {key} is {text[:40]!r}"
    return None


def _data_problem(tensor: TensorProto) -> str | None:
    elements = prod(tensor.dims)
    kind = TensorProto.DataType.Name(tensor.data_type)
    if tensor.data_type == TensorProto.STRING:
        found, wanted = len(tensor.string_data), elements
    elif tensor.HasField("raw_data"):
        item = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize * 8
        bits = FORMATS[tensor.data_type].bits if tensor.data_type in FORMATS else item
        found, wanted = len(tensor.raw_data), -(-elements * bits // 8)
    else:
        stored = getattr(tensor, helper.tensor_dtype_to_field(tensor.data_type))
        parts = 2 * elements if tensor.data_type in _COMPLEX else elements
        found, wanted = len(stored), -(-parts * _NARROW_BITS.get(kind, 8) // 8)
    if found != wanted:
        place = "bytes" if tensor.HasField("raw_data") else "numbers"
        return f"{list(tensor.dims[:8])} of {kind.lower()} needs {wanted} {place}, has {found}"
    return None


def _types(model: ModelProto) -> Iterator[str]:
    known = TensorProto.DataType.values()
    for graph in graphs(model):
        for value in (*graph.input, *graph.output, *graph.value_info):
            kind = value.type.tensor_type
            if kind.elem_type not in known:
                yield f"value '{value.name}': unknown element type {kind.elem_type}"
            for dim in kind.shape.dim:
                if dim.HasField("dim_value") and not 0 <= dim.dim_value <= MOST_ELEMENTS:
                    yield f"value '{value.name}': size {dim.dim_value}"
                yield from _text(dim.dim_param, "name of a size")


def _references(model: ModelProto) -> Iterator[str]:
    """Only functions have attributes that others can refer to."""
    for node in _all_nodes(model.graph):
        for attribute in node.attribute:
            if attribute.ref_attr_name:
                yield f"attribute '{attribute.name}' of '{node.name}' refers to one of no function"


Key = tuple[str, str]


def _calls(model: ModelProto) -> Iterator[str]:
    """Functions that end nowhere, or stand for more than any machine holds."""
    functions: dict[Key, FunctionProto] = {(f.domain, f.name): f for f in model.functions}
    sizes: dict[Key, int] = {}
    for key in functions:
        below = _below(key, functions, sizes)
        if below is None:
            yield f"function '{key[1]}' calls itself"
            return
    total = sum(_nodes_of(node, sizes) for node in _all_nodes(model.graph))
    if total > MOST_NODES:
        yield f"calls of functions stand for {total} nodes"


def _below(
    start: Key, functions: Mapping[Key, FunctionProto], sizes: dict[Key, int]
) -> dict[Key, int] | None:
    """`sizes` with those of `start` and all that it calls; None where it calls itself."""
    path, waiting = list[Key](), [start]
    while waiting:
        key = waiting[-1]
        if key in sizes:
            waiting.pop()
            continue
        inner = list(_all_nodes(GraphProto(node=functions[key].node)))
        called = {(node.domain, node.op_type) for node in inner} & functions.keys()
        if path and path[-1] == key:  # all that it calls has been looked at
            sizes[key] = sum(_nodes_of(node, sizes) for node in inner)
            path.pop()
            waiting.pop()
            continue
        path.append(key)
        if called & set(path):
            return None
        waiting += sorted(called - sizes.keys())
    return sizes


def _nodes_of(node: NodeProto, sizes: Mapping[Key, int]) -> int:
    return sizes.get((node.domain, node.op_type), 1)


def _all_nodes(graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            yield from _all_nodes(attribute.g) if attribute.type == AttributeProto.GRAPH else ()
