"""Ways to break the bytes and the content of an ONNX file."""

from collections.abc import Callable, Iterator
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto
from unit.choices import Choices, chance, pick

from fuzz.hostile import bomb, functions, nesting

_HUGE = (2**63 - 1, -(2**63), -1, 0, 2**31, 2**31 - 1, 2**32 + 1, 2**40, 10**9, 65536, -7)


def broken_bytes(c: Choices, data: bytes, other: bytes) -> bytes:
    """The file with one fault that knows nothing of its format."""
    size = max(len(data), 1)
    start = c.integer(0, size - 1)
    length = c.integer(1, pick(c, (1, 2, 4, 16, 64, size)))
    noise = bytes(c.integer(0, 255) for _ in range(min(length, 16)))
    behind = data[start + length :]
    changed = (
        data[:start],
        data[:start] + behind,
        data[: start + length] + data[start:],
        data[:start] + noise + data[start:],
        data[:start] + noise + data[start + len(noise) :],
        data[:start] + bytes([255] * 9 + [1]) + behind,
        data[:start] + other[c.integer(0, len(other)) :],
        data[:start] + bytes(length) + behind,
    )
    return _flipped(c, data) if chance(c, 12) else pick(c, changed)


def _flipped(c: Choices, data: bytes) -> bytes:
    """With some bits the other way around."""
    changed = bytearray(data)
    for _ in range(c.integer(1, 12)):
        if changed:
            changed[c.integer(0, len(changed) - 1)] ^= 1 << c.integer(0, 7)
    return bytes(changed)


def break_model(c: Choices, model: ModelProto) -> None:
    """One fault, in place, that keeps the file readable."""
    pick(c, FAULTS)(c, model)


def _graphs(model: ModelProto) -> list[GraphProto]:
    """All graphs, the outermost first."""
    found = [model.graph]
    for graph in found:
        for node in graph.node:
            for attribute in node.attribute:
                found += [attribute.g] if attribute.type == AttributeProto.GRAPH else []
    return found


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    for graph in _graphs(model):
        yield from graph.initializer
        for node in graph.node:
            yield from (a.t for a in node.attribute if a.type == AttributeProto.TENSOR)


def _one(c: Choices, items: Any) -> Any:
    """One of `items`, or None."""
    found = list(items)
    return pick(c, found) if found else None


def _node(c: Choices, model: ModelProto) -> NodeProto:
    nodes = [node for graph in _graphs(model) for node in graph.node]
    nodes += [node for function in model.functions for node in function.node]
    return _one(c, nodes) or model.graph.node.add(op_type="Relu", input=["x"], output=["y"])


def _dims(c: Choices, model: ModelProto) -> None:
    tensor = _one(c, _tensors(model))
    if tensor is None:
        return
    if tensor.dims and chance(c, 70):
        tensor.dims[c.integer(0, len(tensor.dims) - 1)] = pick(c, _HUGE)
    else:
        tensor.dims.extend(pick(c, _HUGE) for _ in range(pick(c, (1, 3, 40, 2000))))


def _data(c: Choices, model: ModelProto) -> None:
    tensor = _one(c, _tensors(model))
    if tensor is None:
        return
    match c.integer(0, 4):
        case 0:
            tensor.raw_data = tensor.raw_data[: c.integer(0, max(len(tensor.raw_data), 1))]
        case 1:
            tensor.raw_data = tensor.raw_data + bytes(pick(c, (1, 3, 4, 4096)))
        case 2:
            tensor.float_data.extend([1.0] * c.integer(1, 9))
        case 3:
            tensor.string_data.append(b"\xff\xfe")
        case _:
            tensor.ClearField("raw_data")


def _element_type(c: Choices, model: ModelProto) -> None:
    kind = pick(c, (*range(26), 99, -1, 2**31 - 1))
    tensors = list(_tensors(model))
    if tensors and chance(c, 50):
        pick(c, tensors).data_type = kind
        return
    value = _one(c, [*model.graph.input, *model.graph.output, *model.graph.value_info])
    if value is not None:
        value.type.tensor_type.elem_type = kind


def _value_type(c: Choices, model: ModelProto) -> None:
    value = _one(c, [*model.graph.input, *model.graph.output, *model.graph.value_info])
    if value is None:
        return
    match c.integer(0, 5):
        case 0:
            value.ClearField("type")
        case 1:
            value.type.sequence_type.elem_type.tensor_type.elem_type = 1
        case 2:
            value.type.optional_type.elem_type.tensor_type.elem_type = 1
        case 3:
            value.type.map_type.key_type = 7
        case 4:
            inner = value.type
            for _ in range(pick(c, (2, 10, 25))):
                inner = inner.sequence_type.elem_type
            inner.tensor_type.elem_type = 1
        case _:
            value.type.sparse_tensor_type.elem_type = 1


def _sizes_of_values(c: Choices, model: ModelProto) -> None:
    value = _one(c, [*model.graph.input, *model.graph.output, *model.graph.value_info])
    if value is None:
        return
    shape = value.type.tensor_type.shape
    names = ("N", "N*", "-N", "N//0", "2**999999", "9" * 400, "N + M", "x" * 5000, "__import__", "")
    for _ in range(pick(c, (1, 1, 3, 500))):
        dim = _one(c, shape.dim) if chance(c, 60) else None
        dim = shape.dim.add() if dim is None else dim
        if chance(c, 60):
            dim.dim_value = pick(c, _HUGE)
        else:
            dim.dim_param = pick(c, names)


def _external(c: Choices, model: ModelProto) -> None:
    tensor = _one(c, _tensors(model))
    if tensor is None:
        return
    tensor.ClearField("raw_data")
    del tensor.external_data[:]
    tensor.data_location = TensorProto.EXTERNAL
    places = ("data", "../data", "/etc/passwd", "/dev/zero", "", ".", "no", "a\0b", "x" * 5000)
    numbers = ("0", "-1", "4096", "99999999999999999999", "x", "1e3", "", "-9223372036854775808")
    entries = {"location": pick(c, places)}
    if chance(c, 60):
        entries["offset"] = pick(c, numbers)
    if chance(c, 60):
        entries["length"] = pick(c, numbers)
    if chance(c, 10):
        entries.pop("location")
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)


def _names(c: Choices, model: ModelProto) -> None:
    """Cycles, missing values, names twice."""
    graph = pick(c, _graphs(model))
    names = [n for node in graph.node for n in (*node.input, *node.output)]
    names += [v.name for v in (*graph.input, *graph.output, *graph.initializer)]
    odd = ("", "\0", "a" * 10000, "no", "%x", '"', "\n", "${}", "é", "\U0001f600")
    name = pick(c, names) if names and chance(c, 75) else pick(c, odd)
    node = _node(c, model)
    match c.integer(0, 7):
        case 0 | 1:
            fields = [f for f in (node.input, node.output) if len(f)]
            if fields:
                field = pick(c, fields)
                field[c.integer(0, len(field) - 1)] = name
        case 2:
            node.input.append(name)
        case 3:
            node.output.append(name)
        case 4:
            node.name = name
        case 5:
            value = _one(c, [*graph.input, *graph.output, *graph.initializer])
            if value is not None:
                value.name = name
        case 6:
            fields = [f for f in (graph.input, graph.output, graph.initializer, graph.node) if f]
            if fields:
                field: Any = pick(c, fields)
                field.add().CopyFrom(pick(c, list(field)))
        case _:
            graph.name = name


def _order(c: Choices, model: ModelProto) -> None:
    graph = pick(c, _graphs(model))
    nodes = [NodeProto.FromString(node.SerializeToString()) for node in graph.node]
    match c.integer(0, 2):
        case 0:
            nodes.reverse()
        case 1 if nodes:
            nodes.pop(c.integer(0, len(nodes) - 1))
        case _:
            nodes += nodes
    del graph.node[:]
    graph.node.extend(nodes)


def _operator(c: Choices, model: ModelProto) -> None:
    node = _node(c, model)
    if chance(c, 75):
        node.op_type = pick(c, _OPERATORS)
    else:
        node.domain = pick(
            c, ("ai.onnx", "ai.onnx.ml", "com.x", "local", "ai.onnx.preview.training")
        )


_OPERATORS = (
    "Add Conv Relu Loop If Scan Gather Reshape ConstantOfShape Range Tile Expand Concat Split "
    "Slice Cast LSTM GRU MaxPool Resize Upsample Pad TopK Einsum MatMul Gemm Softmax "
    "SequenceConstruct SequenceAt Optional StringConcat ImageDecoder NonMaxSuppression Unique "
    "OneHot Constant Shape BatchNormalization Dropout Identity Where RandomNormal HannWindow DFT "
    "CenterCropPad Col2Im Attention DeformConv GridSample QLinearConv SequenceMap "
    "TensorScatter Scatter Nope f"
).split()


def _attribute(c: Choices, model: ModelProto) -> None:
    node = _node(c, model)
    attribute: Any = _one(c, node.attribute)
    if attribute is None or chance(c, 25):
        attribute = node.attribute.add()
        attribute.name = pick(c, _ATTRIBUTES)
        attribute.type = AttributeProto.INT
    match c.integer(0, 8):
        case 0:
            attribute.type = pick(c, tuple(range(15)))
        case 1:
            attribute.i = pick(c, _HUGE)
        case 2:
            attribute.f = pick(c, (float("nan"), float("inf"), -1.0, 1e38, 0.0))
        case 3:
            attribute.s = pick(c, (b"", b"\xff", b"x" * 100000, b"linear", b"SAME_UPPER"))
        case 4:
            attribute.ints[:] = [pick(c, _HUGE) for _ in range(pick(c, (1, 2, 5, 20)))]
            attribute.type = AttributeProto.INTS
        case 5:
            attribute.ints[:] = list(range(pick(c, (1000, 300_000))))
            attribute.type = AttributeProto.INTS
        case 6:
            node.attribute.add().CopyFrom(attribute)
        case 7:
            attribute.name = pick(c, _ATTRIBUTES)
        case _:
            attribute.ref_attr_name = "alpha"


_ATTRIBUTES = (
    "axis axes perm to pads strides kernel_shape dilations group auto_pad mode alpha epsilon shape "
    "value values keepdims num_outputs split body then_branch hidden_size direction equation "
    "blocksize ceil_mode k size num_scan_inputs dtype batch_dims storage_order nope"
).split()


def _versions(c: Choices, model: ModelProto) -> None:
    match c.integer(0, 4):
        case 0:
            model.ir_version = pick(c, _HUGE)
        case 1 if model.opset_import:
            model.opset_import[0].version = pick(c, (*_HUGE, *range(1, 30)))
        case 2:
            model.opset_import.add(domain=pick(c, ("", "ai.onnx", "x")), version=pick(c, _HUGE))
        case 3:
            del model.opset_import[:]
        case _:
            model.ClearField("graph")


def _sparse(c: Choices, model: ModelProto) -> None:
    sparse = model.graph.sparse_initializer.add()
    sparse.values.name = pick(c, ("s", "v0"))
    sparse.dims.extend(pick(c, _HUGE) for _ in range(c.integer(0, 3)))


Fault = Callable[[Choices, ModelProto], None]
FAULTS: tuple[Fault, ...] = (
    _dims,
    _data,
    _element_type,
    _value_type,
    _sizes_of_values,
    _external,
    _names,
    _names,
    _order,
    _operator,
    _operator,
    _attribute,
    _attribute,
    _attribute,
    _versions,
    nesting,
    functions,
    bomb,
    _sparse,
)
