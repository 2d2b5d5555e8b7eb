"""
The nine image networks of the ONNX package's `light` suite, with random weights.

The package ships them with every weight constant, which hides most mistakes: here each gets
seeded random values, scaled so that activations neither vanish nor explode and the classes
differ.
"""

from importlib.util import find_spec
from math import prod
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

LIGHT = (
    "bvlc_alexnet",
    "densenet121",
    "inception_v1",
    "inception_v2",
    "resnet50",
    "shufflenet",
    "squeezenet",
    "vgg19",
    "zfnet512",
)
"""Names for `light_model`."""


def light_model(name: str, seed: int = 0) -> ModelProto:
    """One of `LIGHT`: input `1 x 3 x 224 x 224`, output 1000 probabilities, float32, batch 1."""
    spec = find_spec("onnx.backend.test")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "data" / "light"
    model = onnx.load(folder / f"light_{name}.onnx")
    _randomize(model.graph, np.random.default_rng(seed))
    model.ir_version = 8
    model.graph.name = name
    return model


def _randomize(graph: GraphProto, random: np.random.Generator) -> None:
    """Make all float weights random initializers, by what they are used for."""
    shapes = {t.name: tuple(t.dims) for t in graph.initializer}
    integers = {t.name: t for t in graph.initializer if t.data_type == TensorProto.INT64}
    fills = [node for node in graph.node if node.op_type == "ConstantOfShape"]
    for node in fills:
        shape = numpy_helper.to_array(integers[node.input[0]])
        shapes[node.output[0]] = tuple(int(size) for size in shape)
        graph.node.remove(node)
    roles = _roles(graph, shapes.keys() - integers.keys())
    weights = [
        numpy_helper.from_array(_values(random, *role, shapes[name]), name)
        for name, role in sorted(roles.items())
    ]
    used = {name for node in graph.node for name in node.input}
    inputs = [value for value in graph.input if value.name not in shapes]
    kept = [tensor for name, tensor in integers.items() if name in used]
    del graph.input[:], graph.initializer[:]
    graph.input.extend(inputs)
    graph.initializer.extend([*kept, *weights])


_BATCH_NORMALIZATION = ("data", "scale", "shift", "shift", "scale")


def _roles(graph: GraphProto, names: set[str]) -> dict[str, tuple[str, int]]:
    """What each weight in `names` is for, and the axis of it that counts outputs."""
    source = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Unsqueeze"}
    roles: dict[str, tuple[str, int]] = {}
    for node in graph.node:
        for number, operand in enumerate(node.input):
            name = operand
            while name in source:
                name = source[name]
            if name in names and node.op_type != "Unsqueeze":
                roles[name] = _role(node, number)
    return roles


def _role(node: NodeProto, number: int) -> tuple[str, int]:
    if node.op_type == "BatchNormalization":
        return _BATCH_NORMALIZATION[number], 0
    if node.op_type in ("Conv", "Gemm") and number == 1:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        transposed = node.op_type == "Conv" or attributes.get("transB", 0)
        return "weight", 0 if transposed else 1
    return ("scale" if node.op_type == "Mul" else "shift"), 0


def _values(
    random: np.random.Generator, role: str, axis: int, shape: tuple[int, ...]
) -> np.ndarray:
    """Random float32 values: He-scaled weights, scales around one, small shifts."""
    if role == "weight":
        deviation = (2 * shape[axis] / prod(shape)) ** 0.5
        return (deviation * random.standard_normal(shape)).astype(np.float32)
    if role == "scale":
        return random.uniform(0.5, 1.5, shape).astype(np.float32)
    return (0.1 * random.standard_normal(shape)).astype(np.float32)
