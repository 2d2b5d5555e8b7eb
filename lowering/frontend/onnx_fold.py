"""Folding of constants in an ONNX graph with ONNX's reference evaluator."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, NodeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

_IMPURE = frozenset(
    "RandomNormal RandomUniform RandomNormalLike RandomUniformLike Bernoulli Multinomial Dropout "
    "If Loop Scan SequenceMap".split()
)

Array = NDArray[Any]


def fold_constants(model: ModelProto, *, limit: int = 1 << 16) -> None:
    """
    Replace nodes whose inputs are known by their values, in place.

    Sizes of static dimensions count as known. Nodes that read or produce more than `limit` elements
    stay, so that a large constant is not made out of a small one. Shapes must have been inferred.
    """
    folder = _Folder(model, limit)
    kept = [node for node in model.graph.node if not folder.fold(node)]
    graph = model.graph
    del graph.node[:]
    graph.node.extend(kept)
    used = _names_read(kept) | {value.name for value in graph.output}
    initializers = [tensor for tensor in graph.initializer if tensor.name in used]
    produced = [
        numpy_helper.from_array(value, name) for name, value in folder.new.items() if name in used
    ]
    del graph.initializer[:]
    graph.initializer.extend([*initializers, *produced])


def _names_read(nodes: list[NodeProto]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        names.update(node.input)
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                names |= _names_read(list(attribute.g.node))
                names.update(value.name for value in attribute.g.output)
    return names


@dataclass
class _Folder:
    model: ModelProto
    limit: int
    known: dict[str, Array] = field(default_factory=dict[str, Array])
    new: dict[str, Array] = field(default_factory=dict[str, Array])
    shapes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def __post_init__(self) -> None:
        graph = self.model.graph
        self.known.update({t.name: numpy_helper.to_array(t) for t in graph.initializer})
        for value in [*graph.input, *graph.value_info, *graph.output]:
            tensor = value.type.tensor_type
            if tensor.HasField("shape") and all(d.HasField("dim_value") for d in tensor.shape.dim):
                self.shapes[value.name] = [d.dim_value for d in tensor.shape.dim]

    def fold(self, node: NodeProto) -> bool:
        """Evaluate one node if that is possible; whether it was."""
        values = self._evaluate(node)
        if values is None or any(value.size > self.limit for value in values):
            return False
        for name, value in zip(node.output, values, strict=False):
            if name:
                self.known[name] = self.new[name] = value
                self.shapes[name] = list(value.shape)
        return True

    def _evaluate(self, node: NodeProto) -> list[Array] | None:
        if node.domain not in ("", "ai.onnx") or node.op_type in _IMPURE:
            return None
        if node.op_type in ("Shape", "Size"):
            return self._size(node)
        if any(attribute.type == AttributeProto.GRAPH for attribute in node.attribute):
            return None
        inputs = {name: self.known.get(name) for name in node.input if name}
        if not inputs and node.op_type != "Constant":
            return None
        if any(value is None or value.size > self.limit for value in inputs.values()):
            return None
        return self._run(node, inputs)

    def _size(self, node: NodeProto) -> list[Array] | None:
        shape = self.shapes.get(node.input[0])
        if shape is None:
            return None
        if node.op_type == "Size":
            return [np.array(np.prod(shape, dtype=np.int64))]
        bounds = {attribute.name: attribute.i for attribute in node.attribute}
        return [np.array(shape[bounds.get("start", 0) : bounds.get("end")], np.int64)]

    def _run(self, node: NodeProto, inputs: dict[str, Any]) -> list[Array] | None:
        graph = helper.make_graph(
            [node],
            "fold",
            [helper.make_empty_tensor_value_info(name) for name in inputs],
            [helper.make_empty_tensor_value_info(name) for name in node.output if name],
        )
        model = onnx.helper.make_model(
            graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version
        )
        try:
            values: Any = ReferenceEvaluator(model).run(None, inputs)
        except Exception:
            # The evaluator raises errors of all kinds for what it lacks; the node simply stays.
            return None
        if not all(isinstance(value, np.ndarray | np.generic) for value in values):
            return None
        results = iter(np.asarray(value) for value in values)
        return [next(results) if name else np.zeros(0) for name in node.output]
