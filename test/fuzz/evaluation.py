"""What the values of an ONNX graph are, node by node, by ONNX's reference evaluator."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

Array = npt.NDArray[Any]

IR_VERSION = 10
"""Of the models made here."""

_EXACT = frozenset(
    "Abs Cast CastLike Concat Compress Constant ConstantOfShape DepthToSpace Expand EyeLike "
    "Flatten Gather GatherElements GatherND Identity Max MaxPool Min Neg OneHot Pad Relu Reshape "
    "ReverseSequence ScatterElements ScatterND Slice SpaceToDepth Split Squeeze Tile TopK "
    "Transpose Trilu Unsqueeze Where GlobalMaxPool ReduceMax ReduceMin".split()
)
"""Operators whose results are not rounded."""


def evaluate_node(node: NodeProto, values: Mapping[str, Array], opset: int) -> dict[str, Array]:
    """
    The results of one node by name.

    Raises what the reference evaluator raises, which is any exception, where it has no result.
    """
    names = [name for name in dict.fromkeys(names_read(node)) if name in values]
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_empty_tensor_value_info(name) for name in names],
        [helper.make_empty_tensor_value_info(name) for name in node.output if name],
    )
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        evaluator: Any = ReferenceEvaluator(model)
        found: Sequence[Any] = evaluator.run(None, {name: values[name] for name in names})
    if not all(isinstance(value, np.ndarray | np.generic) for value in found):
        raise ValueError("not all results are tensors")
    arrays = [np.asarray(value) for value in found]
    return dict(zip([name for name in node.output if name], arrays, strict=True))


def names_read(node: NodeProto) -> Iterator[str]:
    """Names that a node reads, also within its graphs (names of theirs included)."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            for inner in attribute.g.node:
                yield from names_read(inner)
            yield from (value.name for value in attribute.g.output)


def constants_of(graph: GraphProto) -> dict[str, Array]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def opset_of(model: ModelProto) -> int:
    return model.opset_import[0].version


def evaluate(
    model: ModelProto, inputs: Mapping[str, Array], noise: np.random.Generator | None = None
) -> dict[str, Array]:
    """
    All values of `model` on `inputs`. With `noise`, results that are rounded are a few units in the
    last place off: what changes much then is badly conditioned.
    """
    values = {**constants_of(model.graph), **inputs}
    for node in model.graph.node:
        for name, array in evaluate_node(node, values, opset_of(model)).items():
            rounded = noise is not None and node.op_type not in _EXACT and is_float(array.dtype)
            values[name] = _disturbed(array, noise) if rounded and noise else array
    return values


def is_float(dtype: "np.dtype[Any]") -> bool:
    """Whether it is a type of floating-point numbers, those of ml_dtypes included."""
    return dtype.kind not in "biuOSU"


def _disturbed(array: Array, noise: np.random.Generator) -> Array:
    digits = {"float64": 1e-15, "float32": 5e-7, "float16": 2e-3, "bfloat16": 2e-2}
    scale = digits.get(array.dtype.name, 0.0)
    with np.errstate(all="ignore"):
        wide = array.astype(np.float64)
        finite = np.abs(wide[np.isfinite(wide)])
        typical = float(finite.mean()) if finite.size else 0.0
        factors, offsets = noise.uniform(-scale, scale, (2, *array.shape))
        return np.asarray(wide * (1 + factors) + typical * offsets).astype(array.dtype)
