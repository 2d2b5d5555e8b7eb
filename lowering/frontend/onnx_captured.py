"""Constants that nested graphs read from outside, where inference does not look for them."""

from collections.abc import Mapping

from onnx import AttributeProto, GraphProto, TensorProto, helper

_LARGEST = 64
"""Elements of a constant that is copied: axes, sizes, bounds."""


def copy_captured(graph: GraphProto, outer: Mapping[str, TensorProto] | None = None) -> None:
    """Give each nested graph its own copy of the small constants that it reads, in place."""
    known = {**(outer or {}), **_constants(graph)}
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                _copy_into(attribute.g, known)
                copy_captured(attribute.g, known)


def _constants(graph: GraphProto) -> dict[str, TensorProto]:
    found = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            found[node.output[0]] = node.attribute[0].t
        elif node.op_type == "Constant" and node.attribute[0].name in ("value_int", "value_ints"):
            attribute = node.attribute[0]
            single = attribute.name == "value_int"
            values = [attribute.i] if single else list(attribute.ints)
            shape = [] if single else [len(values)]
            found[node.output[0]] = helper.make_tensor("", TensorProto.INT64, shape, values)
    return {name: tensor for name, tensor in found.items() if _is_small(tensor)}


def _is_small(tensor: TensorProto) -> bool:
    count = 1
    for size in tensor.dims:
        count *= size
    return count <= _LARGEST and tensor.data_location != TensorProto.EXTERNAL


def _copy_into(graph: GraphProto, known: Mapping[str, TensorProto]) -> None:
    own = {value.name for value in [*graph.input, *graph.initializer]}
    own |= {name for node in graph.node for name in node.output}
    names: dict[str, str] = {}
    for node in graph.node:
        for k, name in enumerate(node.input):
            if name in known and name not in own:
                names.setdefault(name, f"{graph.node[0].name}/{name}")
                node.input[k] = names[name]
    copies = [
        helper.make_node("Constant", [], [copy], f"{copy}.constant", value=known[name])
        for name, copy in names.items()
    ]
    for number, node in enumerate(copies):
        graph.node.insert(number, node)
