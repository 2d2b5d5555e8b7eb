"""
The nine image networks of the ONNX package's `light` suite, with random weights.

The package ships them with every weight constant, which hides most mistakes: here each gets
seeded random values, scaled so that activations neither vanish nor explode and the classes
differ.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from math import log, prod
from pathlib import Path
from typing import Any

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
    library: Any = onnx
    model: ModelProto = library.load(folder / f"light_{name}.onnx")
    _randomize(model.graph, np.random.default_rng(seed))
    model.ir_version = 8
    model.graph.name = name
    return model


def light_image(seed: int = 0) -> np.ndarray:
    """
    An input for any of them, `1 x 3 x 224 x 224`: random patches of random contrast.

    Plain noise would average out in the deep networks, and all inputs give nearly the same output.
    """
    random = np.random.default_rng(seed)
    patches = random.standard_normal((1, 3, 7, 7)) * random.uniform(0.5, 2.0, (1, 3, 1, 1))
    image = np.kron(patches, np.ones((32, 32))) + 0.3 * random.standard_normal((1, 3, 224, 224))
    return image.astype(np.float32)


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
        numpy_helper.from_array(_values(random, role, shapes[name]), name)
        for name, role in sorted(roles.items())
    ]
    used = {name for node in graph.node for name in node.input}
    inputs = [value for value in graph.input if value.name not in shapes]
    kept = [tensor for name, tensor in integers.items() if name in used]
    del graph.input[:], graph.initializer[:]
    graph.input.extend(inputs)
    graph.initializer.extend([*kept, *weights])


_BATCH_NORMALIZATION = ("data", "scale", "shift", "shift", "variance")


@dataclass(frozen=True)
class Role:
    """What a weight is for."""

    kind: str
    outputs: int = 0
    """The axis that counts outputs."""
    gain: float = 1.0
    """Factor on the values."""


def _roles(graph: GraphProto, names: set[str]) -> dict[str, Role]:
    """What each weight in `names` is for."""
    source = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Unsqueeze"}
    gains = _residual_gains(graph)
    roles: dict[str, Role] = {}
    for node in graph.node:
        for number, operand in enumerate(node.input):
            name = operand
            while name in source:
                name = source[name]
            if name in names and node.op_type != "Unsqueeze":
                roles[name] = _role(node, number, gains.get(node.output[0], 1.0))
    return roles


def _residual_gains(graph: GraphProto) -> dict[str, float]:
    """Small factors for branches that add to a residual stream, which would grow otherwise."""
    normalized = {node.output[0] for node in graph.node if node.op_type == "BatchNormalization"}
    gains: dict[str, float] = {}
    for node in graph.node:
        if node.op_type == "Sum":
            branches = [name for name in node.input if name in normalized]
            gains |= dict.fromkeys(branches, 0.3 if len(branches) == 1 else 0.7)
    return gains


def _role(node: NodeProto, number: int, gain: float) -> Role:
    if node.op_type == "BatchNormalization":
        kind = _BATCH_NORMALIZATION[number]
        return Role(kind, gain=gain / log(3) ** 0.5 if kind == "scale" else 1.0)
    if node.op_type in ("Conv", "Gemm") and number == 1:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        transposed = node.op_type == "Conv" or attributes.get("transB", 0)
        return Role("weight", 0 if transposed else 1)
    return Role("scale" if node.op_type == "Mul" else "shift")


def _values(random: np.random.Generator, role: Role, shape: tuple[int, ...]) -> np.ndarray:
    """
    Random float32 values that keep the mean square of activations near one.

    Weights are He-scaled. Scales `s` and variances `v` are uniform in [0.5, 1.5]: the mean of
    `s**2` is 13/12, that of `1/v` is log(3), and the gain of a scale makes up for both.
    """
    if role.kind == "weight":
        deviation = (2 * shape[role.outputs] / prod(shape)) ** 0.5
        values = deviation * random.standard_normal(shape)
    elif role.kind == "variance":
        values = random.uniform(0.5, 1.5, shape)
    elif role.kind == "scale":
        values = (12 / 13) ** 0.5 * role.gain * random.uniform(0.5, 1.5, shape)
    else:
        values = 0.1 * random.standard_normal(shape)
    return values.astype(np.float32)
