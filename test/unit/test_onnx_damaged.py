"""Files that no sound exporter writes, which fuzzing found to end otherwise than with an error."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from models import onnx_small
from onnx import ModelProto, TensorProto, helper, numpy_helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_prepare import prepare


def short_data(model: ModelProto) -> None:
    weight = model.graph.initializer[0]
    weight.raw_data = weight.raw_data[:-4]


def negative_size(model: ModelProto) -> None:
    model.graph.initializer[0].dims[0] = -1


def huge_size(model: ModelProto) -> None:
    model.graph.initializer[0].dims[0] = 2**62


def unknown_type(model: ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = 2**31 - 1


def huge_version(model: ModelProto) -> None:
    model.opset_import[0].version = 2**40


def offset_in_words(model: ModelProto) -> None:
    weight = model.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "data"), ("offset", "1e3")):
        weight.external_data.add(key=key, value=value)


def functions(model: ModelProto, last: str, depth: int) -> None:
    """`f0` calls `f1` twice, which calls `f2` twice, and so on."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    for level in range(depth):
        name = f"f{level + 1}" if level < depth - 1 else last
        domain = "" if name == "Relu" else "local"
        nodes = [
            helper.make_node(name, [a], [b], domain=domain) for a, b in (("x", "t"), ("t", "y"))
        ]
        function = helper.make_function("local", f"f{level}", ["x"], ["y"], nodes, opsets)
        model.functions.append(function)
    model.opset_import.append(opsets[1])
    name = model.graph.input[0].name
    model.graph.node.append(helper.make_node("f0", [name], ["z"], domain="local"))


def endless_functions(model: ModelProto) -> None:
    functions(model, "f0", 3)


def many_functions(model: ModelProto) -> None:
    functions(model, "Relu", 60)


FAULTS: dict[Callable[[ModelProto], None], str] = {
    short_data: r"tensor 'fc0.weight': \[64, 32\] of float needs 8192 bytes, has 8188",
    negative_size: "tensor 'fc0.weight': negative size",
    huge_size: "tensor 'fc0.weight': more elements than memory has bytes",
    unknown_type: "value 'x': unknown element type 2147483647",
    huge_version: "version 1099511627776 of the operators",
    offset_in_words: "tensor 'fc0.weight': external data whose offset is '1e3'",
    endless_functions: "function 'f0' calls itself",
    many_functions: "calls of functions stand for 1152921504606846.* nodes",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_damage_is_named(fault: Callable[[ModelProto], None]) -> None:
    model = onnx_small.mlp()
    fault(model)
    with pytest.raises(SDFGError, match=FAULTS[fault]):
        prepare(model, name="m", folder=None)


def test_texts_that_are_none() -> None:
    data = onnx_small.mlp().SerializeToString().replace(b"relu0", b"rel\xff0")
    with pytest.raises(SDFGError, match="is not UTF-8"):
        prepare(ModelProto.FromString(data), name="m", folder=None)


@pytest.mark.parametrize("op", ["ConstantOfShape", "Expand", "Tile", "Mul"])
def test_constants_that_would_fill_the_memory_are_not_computed(op: str) -> None:
    constants: dict[str, Any] = {
        "one": np.ones(1, np.float32),
        "sizes": np.array([2**40]),
        "long": np.ones((60000, 1), np.float32),
        "wide": np.ones((1, 60000), np.float32),
    }
    operands = {"ConstantOfShape": ["sizes"], "Mul": ["long", "wide"]}.get(op, ["one", "sizes"])
    nodes = [
        helper.make_node(op, operands, ["t"], "large"),
        helper.make_node("ReduceMax", ["t"], ["y"], "largest", keepdims=0),
    ]
    stored = [numpy_helper.from_array(constants[name], name) for name in operands]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    graph = helper.make_graph(nodes, "g", [], [output], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    prepared = prepare(model, name="m", folder=None).model
    assert [node.op_type for node in prepared.graph.node] == [op, "ReduceMax"]
