"""Folding of constants in an ONNX graph with ONNX's reference evaluator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import starmap
from math import prod
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

from sdfg.dialect.weights import Weight
from sdfg.lowering.frontend.onnx_evaluate import BOUNDED, IMPURE, run_node, sizes_read
from sdfg.lowering.frontend.onnx_weights import stays_inline

Array = NDArray[Any]


LARGEST_RESULT = 1 << 16
"""Elements. Larger results (a transposed weight matrix) would only multiply the weights' size."""
SLOW_RESULT = 1 << 10
"""Elements of results that the reference evaluator computes one by one."""

_SLOW = frozenset(
    "AveragePool Col2Im Conv ConvInteger ConvTranspose DeformConv GridSample LpPool MaxPool "
    "QLinearConv Resize RoiAlign Upsample".split()
)


def fold_constants(model: ModelProto, weights: Mapping[str, Weight]) -> dict[str, Weight]:
    """
    Replace nodes whose inputs are known by their values, in place.

    Known are initializers, sizes of static dimensions, and `weights`, which are inputs of `model`.
    Nodes that read or produce more than `LARGEST_RESULT` elements stay. Returns the weights that
    the folded model reads: the given ones still in use, then large results of folding. Shapes must
    have been inferred.
    """
    graph = model.graph
    folder = _Folder(model, weights)
    kept = [node for node in graph.node if not folder.fold(node)]
    _replace(graph.node, kept)
    used = _names_read(kept) | {value.name for value in graph.output}
    new = {name: value for name, value in folder.new.items() if name in used}
    outputs = {value.name for value in graph.output}
    large = {n: value for n, value in new.items() if not _stays_inline(value, n in outputs)}
    small = [numpy_helper.from_array(v, name) for name, v in new.items() if name not in large]
    _replace(graph.initializer, [*(t for t in graph.initializer if t.name in used), *small])
    inputs = [v for v in graph.input if v.name in used or v.name not in weights]
    _replace(graph.input, [*inputs, *starmap(_value_info, large.items())])
    remaining = {name: weight for name, weight in weights.items() if name in used}
    return remaining | {name: Weight.of(value) for name, value in large.items()}


def _replace(field: Any, items: Sequence[Any]) -> None:
    del field[:]
    field.extend(items)


def _stays_inline(value: Array, output: bool) -> bool:
    """The native passes refuse functions that return unsigned constants."""
    if output and value.dtype.kind == "u":
        return False
    return stays_inline(value.size, helper.np_dtype_to_tensor_dtype(value.dtype))


def _value_info(name: str, value: Array) -> ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    return helper.make_tensor_value_info(name, kind, list(value.shape))


def _names_read(nodes: list[NodeProto]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        names.update(node.input)
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                names |= _names_read(list(attribute.g.node))
                names.update(value.name for value in attribute.g.output)
    return names


def _inferred(
    node: NodeProto, inputs: Mapping[str, Array], model: ModelProto
) -> list[list[int] | None]:
    """The sizes of each result, as far as they follow from the values of the inputs."""
    stored = [numpy_helper.from_array(value, name) for name, value in inputs.items()]
    results = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = helper.make_graph([node], "sizes", [], results, stored)
    small = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    try:
        inferred = onnx.shape_inference.infer_shapes(small, data_prop=True)
    except (onnx.shape_inference.InferenceError, RuntimeError, MemoryError):
        return [None]
    return [_static(value) for value in inferred.graph.output]


def _static(value: ValueInfoProto) -> list[int] | None:
    """The sizes of a value, None if one of them is not known."""
    kind = value.type.tensor_type
    if kind.HasField("shape") and all(d.HasField("dim_value") for d in kind.shape.dim):
        return [d.dim_value for d in kind.shape.dim]
    return None


@dataclass
class _Folder:
    model: ModelProto
    weights: Mapping[str, Weight]
    known: dict[str, Array] = field(default_factory=dict[str, Array])
    new: dict[str, Array] = field(default_factory=dict[str, Array])
    shapes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    """Element types of the model's values."""

    def __post_init__(self) -> None:
        graph = self.model.graph
        self.known.update({t.name: numpy_helper.to_array(t) for t in graph.initializer})
        for value in [*graph.input, *graph.value_info, *graph.output]:
            if (shape := _static(value)) is not None:
                self.shapes[value.name] = shape
            self.kinds[value.name] = value.type.tensor_type.elem_type

    def fold(self, node: NodeProto) -> bool:
        """Evaluate one node if that is possible; whether it was."""
        values = self._empty(node) or self._evaluate(node)
        if values is None or any(value.size > LARGEST_RESULT for value in values):
            return False
        for name, value in zip(node.output, values, strict=False):
            if name:
                self.known[name] = self.new[name] = value
                self.shapes[name] = list(value.shape)
        return True

    def _empty(self, node: NodeProto) -> list[Array] | None:
        """Results without elements, whatever computes them."""
        found = [(self.shapes.get(n), self.kinds.get(n, 0)) for n in node.output if n]
        if not found or any(shape is None or prod(shape) or not kind for shape, kind in found):
            return None
        if any(
            prod(size for size in shape if size) > LARGEST_RESULT for shape, _ in found if shape
        ):
            return None  # NumPy multiplies the other sizes
        results = iter(
            np.zeros(shape, helper.tensor_dtype_to_np_dtype(kind)) for shape, kind in found if shape
        )
        return [next(results) if name else np.zeros(0) for name in node.output]

    def _evaluate(self, node: NodeProto) -> list[Array] | None:
        if node.domain not in ("", "ai.onnx") or node.op_type in IMPURE:
            return None
        if node.op_type in ("Shape", "Size"):
            return sizes_read(node, self.shapes.get(node.input[0]))
        if any(attribute.type == AttributeProto.GRAPH for attribute in node.attribute):
            return None
        inputs = {name: self._value(name) for name in node.input if name}
        if not inputs and node.op_type != "Constant":
            return None
        if any(value is None or value.size > LARGEST_RESULT for value in inputs.values()):
            return None
        known = {name: value for name, value in inputs.items() if value is not None}
        return run_node(self.model, node, known) if self._is_small(node, known) else None

    def _is_small(self, node: NodeProto, inputs: Mapping[str, Array]) -> bool:
        """Whether the results are: a few numbers can stand for a tensor that fills the memory."""
        shapes = [self.shapes.get(name) for name in node.output if name]
        if any(shape is None for shape in shapes):
            shapes = _inferred(node, inputs, self.model)
        limit = SLOW_RESULT if node.op_type in _SLOW else LARGEST_RESULT
        if any(shape is None for shape in shapes):
            return node.op_type in BOUNDED
        return all(0 <= prod(shape) <= limit for shape in shapes if shape is not None)

    def _value(self, name: str) -> Array | None:
        """What is known of a value; a weight only if it is small enough to compute with."""
        weight = self.weights.get(name)
        if weight is None or prod(weight.shape) > LARGEST_RESULT:
            return self.known.get(name)
        return weight.load()
