"""The value of one ONNX node whose operands are known, by ONNX's reference evaluator."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, ModelProto, NodeProto, helper

Array = NDArray[Any]

IMPURE = frozenset(
    "RandomNormal RandomUniform RandomNormalLike RandomUniformLike Bernoulli Multinomial "
    "Dropout".split()
)
"""Operators whose results change from run to run."""
BOUNDED = frozenset("Compress NonZero NonMaxSuppression Unique Constant".split())
"""Operators whose results are hardly larger than what they read, though no size is inferred."""
_LARGEST = 1 << 12
"""Elements of a result."""


def evaluate_node(
    model: ModelProto,
    node: NodeProto,
    known: Mapping[str, Array],
    shape: Callable[[str], Sequence[int] | None],
) -> list[Array] | None:
    """
    The results, where operands are `known` and `shape` says that all results are small.

    Sizes are known without the data. None if there is more to know, or the evaluator has no answer.
    """
    if node.domain not in ("", "ai.onnx") or node.op_type in IMPURE:
        return None
    if any(attribute.type == AttributeProto.GRAPH for attribute in node.attribute):
        return None
    if node.op_type in ("Shape", "Size"):
        return sizes_read(node, shape(node.input[0]))
    inputs = {name: known[name] for name in node.input if name in known}
    if len(inputs) < len({*filter(None, node.input)}):
        return None
    if not inputs and node.op_type != "Constant":
        return None
    return run_node(model, node, inputs) if _is_small(node, shape) else None


def _is_small(node: NodeProto, shape: Callable[[str], Sequence[int] | None]) -> bool:
    sizes = [shape(name) for name in node.output if name]
    if any(size is None for size in sizes):
        return node.op_type in BOUNDED
    return all(prod(size) <= _LARGEST for size in sizes if size is not None)


def sizes_read(node: NodeProto, shape: Sequence[int] | None) -> list[Array] | None:
    """What a `Shape` or `Size` says of an operand of that shape; None if it is not known."""
    if shape is None:
        return None
    if node.op_type == "Size":
        return [np.array(prod(shape), np.int64)]
    bounds = {attribute.name: attribute.i for attribute in node.attribute}
    return [np.array(shape[bounds.get("start", 0) : bounds.get("end")], np.int64)]


def run_node(model: ModelProto, node: NodeProto, inputs: dict[str, Array]) -> list[Array] | None:
    """The results by ONNX's reference evaluator; None where it has no answer."""
    # Loaded on demand: many models have nothing to evaluate.
    from onnx.reference import ReferenceEvaluator

    operands = [helper.make_empty_tensor_value_info(name) for name in inputs]
    results = [helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = helper.make_graph([node], "value", operands, results)
    small = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    try:
        evaluator: Any = ReferenceEvaluator(small)
        values: Any = evaluator.run(None, inputs)
    except Exception:
        # The evaluator raises errors of all kinds for what it lacks; the value stays unknown.
        return None
    if not all(isinstance(value, np.ndarray | np.generic) for value in values):
        return None
    found = iter(np.asarray(value) for value in values)
    return [next(found) if name else np.zeros(0) for name in node.output]
