"""Small files that stand for much: graphs in graphs, functions in functions, large constants."""

from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto, helper
from unit.choices import Choices, chance, pick


def nesting(c: Choices, model: ModelProto) -> None:
    """The graph within `If` within `If` ..."""
    inner = GraphProto()
    inner.CopyFrom(model.graph)
    del inner.input[:]
    for _ in range(pick(c, (1, 3, 12, 24, 31, 60))):
        outer = GraphProto(name="outer")
        outer.initializer.add(name="yes", data_type=TensorProto.BOOL, raw_data=b"\1")
        names = [f"{value.name}_" for value in inner.output]
        node = helper.make_node("If", ["yes"], names, then_branch=inner, else_branch=inner)
        outer.node.append(node)
        for value, name in zip(inner.output, names, strict=True):
            outer.output.add().CopyFrom(value)
            outer.output[-1].name = name
        if outer.ByteSize() > 2_000_000:
            break
        inner = outer
    inner.input.extend(model.graph.input)
    model.graph.CopyFrom(inner)


def functions(c: Choices, model: ModelProto) -> None:
    """Functions that call themselves, each other, or each other twice: exponentially many nodes."""
    depth = pick(c, (1, 2, 3, 30, 60))
    for level in range(depth):
        following = f"f{level + 1}"
        if level == depth - 1:
            following = pick(c, ("f0", "Relu", "Nope"))
        domain = "" if following == "Relu" else "local"
        calls = [
            helper.make_node(following, ["x"], ["t"], domain=domain),
            helper.make_node(following, ["t"], ["y"], domain=domain),
        ]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
        model.functions.append(
            helper.make_function("local", f"f{level}", ["x"], ["y"], calls, opsets)
        )
    model.opset_import.append(helper.make_opsetid("local", 1))
    if model.graph.input:
        name = model.graph.input[0].name
        model.graph.node.insert(0, helper.make_node("f0", [name], ["of_f0"], domain="local"))


def bomb(c: Choices, model: ModelProto) -> None:
    """A few bytes that stand for a very large constant."""
    size = pick(c, (10**5, 10**7, 10**9, 10**11, 2**62))

    def stored(name: str, values: Any, kind: Any = np.int64) -> str:
        array = np.asarray(values, kind)
        tensor = TensorProto(name=name, dims=array.shape, raw_data=array.tobytes())
        tensor.data_type = helper.np_dtype_to_tensor_dtype(array.dtype)
        model.graph.initializer.append(tensor)
        return name

    one = stored("bomb.one", [1.0], np.float32)
    long = stored("bomb.long", np.ones((30000, 1)), np.float32)
    wide = stored("bomb.wide", np.ones((1, 30000)), np.float32)
    sizes = stored("bomb.sizes", [size])
    scalar = stored("bomb.scalar", size)
    image = stored("bomb.image", np.ones((1, 1, 4, 4)), np.float32)
    scales = stored("bomb.scales", [1.0, 1.0, float(size), 1.0], np.float32)
    node = pick(
        c,
        (
            helper.make_node("ConstantOfShape", [sizes], ["bomb"]),
            helper.make_node("Expand", [one, sizes], ["bomb"]),
            helper.make_node("Tile", [one, sizes], ["bomb"]),
            helper.make_node("Pad", [one, stored("bomb.pads", [0, size])], ["bomb"]),
            helper.make_node(
                "Range", [stored("bomb.0", 0), scalar, stored("bomb.step", 1)], ["bomb"]
            ),
            helper.make_node("Mul", [long, wide], ["bomb"]),
            helper.make_node("MatMul", [long, wide], ["bomb"]),
            helper.make_node("Resize", [image, "", scales], ["bomb"]),
            helper.make_node("HannWindow", [scalar], ["bomb"]),
            helper.make_node(
                "OneHot", [sizes, scalar, stored("bomb.values", [0.0, 1.0])], ["bomb"]
            ),
            helper.make_node("CenterCropPad", [one, sizes], ["bomb"]),
            helper.make_node("RandomNormal", [], ["bomb"], shape=[size]),
            helper.make_node("Split", [one], ["bomb"], num_outputs=min(size, 2**62)),
            helper.make_node("Einsum", [long, wide], ["bomb"], equation="ab,cd->abcd"),
        ),
    )
    model.graph.node.insert(0, node)
    if chance(c, 60):
        model.graph.node.append(helper.make_node("ReduceSum", ["bomb"], ["bomb.sum"], keepdims=0))
        model.graph.output.append(helper.make_tensor_value_info("bomb.sum", 1, []))
