"""The ONNX models that every pass and backend is tried on, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from onnx import ModelProto

from models.onnx_light import LIGHT, light_image, light_model
from models.onnx_small import lstm, mlp, reshape_two_dynamic

Feeds = dict[str, np.ndarray]


@dataclass(frozen=True)
class OnnxExample:
    """A model, and what it takes."""

    model: ModelProto
    inputs: Feeds
    resized: tuple[Feeds, ...] = field(default=())
    """Inputs of other sizes that a dynamic model must take without a second compilation."""


def _mlp() -> OnnxExample:
    feeds = tuple({"x": _normal(batch, 32)} for batch in (2, 1, 7, 16, 33, 64))
    return OnnxExample(mlp(), feeds[0], feeds[1:])


def _lstm() -> OnnxExample:
    sizes = ((6, 2), (1, 1), (9, 3), (4, 16), (17, 2), (3, 5))
    feeds = tuple({"x": _normal(*size, 12)} for size in sizes)
    return OnnxExample(lstm(), feeds[0], feeds[1:])


def _reshape() -> OnnxExample:
    sizes = ((2, 6), (3, 2), (7, 1), (1, 5), (4, 9), (6, 6))
    feeds = tuple({"x": _normal(*size, 24)} for size in sizes)
    return OnnxExample(reshape_two_dynamic(), feeds[0], feeds[1:])


def _light(name: str) -> Callable[[], OnnxExample]:
    def make() -> OnnxExample:
        model = light_model(name)
        return OnnxExample(model, {model.graph.input[0].name: light_image()})

    return make


def _normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(list(shape)).standard_normal(shape).astype(np.float32)


SMALL: Mapping[str, Callable[[], OnnxExample]] = {
    "mlp": _mlp,
    "lstm": _lstm,
    "reshape-two-dynamic": _reshape,
}
"""Models with dynamic sizes that compile in a second."""

BUILDERS: Mapping[str, Callable[[], OnnxExample]] = {
    **SMALL,
    **{name: _light(name) for name in LIGHT},
}
"""All models; the light ones take seconds."""


def build(name: str) -> OnnxExample:
    """The model called `name`, with the same random weights and inputs on every call."""
    return BUILDERS[name]()
