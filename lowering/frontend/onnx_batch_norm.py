"""Batch normalisation with known statistics as one scale and one shift for each channel."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper


def expand_batch_normalization(model: ModelProto) -> None:
    """
    Replace each `BatchNormalization` for inference on float32 or float64, in place.

    ```
    y = (x - mean) / sqrt(variance + epsilon) * scale + bias
    ->
    factor = scale / sqrt(variance + epsilon); y = x * factor + (bias - mean * factor)
    ```

    All but the last line follows from weights alone: folding computes it once, as PyTorch and ONNX
    Runtime do. Shapes must have been inferred.
    """
    graph = model.graph
    types = {v.name: v.type.tensor_type for v in [*graph.input, *graph.value_info, *graph.output]}
    nodes = [new for node in graph.node for new in _expanded(graph, node, types)]
    del graph.node[:]
    graph.node.extend(nodes)


def _expanded(graph: GraphProto, node: NodeProto, types: Mapping[str, Any]) -> Iterator[NodeProto]:
    kind = types.get(node.input[0]) if node.op_type == "BatchNormalization" else None
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if (
        kind is None
        or not kind.HasField("shape")
        or kind.elem_type not in (TensorProto.FLOAT, TensorProto.DOUBLE)
        or attributes.get("training_mode", 0)
    ):
        yield node
        return
    dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type)
    constants = {
        "epsilon": np.array(attributes.get("epsilon", 1e-5), dtype),
        "channels": np.array([-1] + [1] * (len(kind.shape.dim) - 2), np.int64),
    }
    for name, value in constants.items():
        graph.initializer.append(numpy_helper.from_array(value, f"{node.name}.{name}"))
    yield from _formula(node)


def _formula(node: NodeProto) -> Iterator[NodeProto]:
    x, scale, bias, mean, variance = node.input

    def compute(op_type: str, operands: list[str], result: str) -> NodeProto:
        local = f"{node.name}."
        names = [local + name[1:] if name.startswith(".") else name for name in operands]
        target = local + result[1:] if result.startswith(".") else result
        return helper.make_node(op_type, names, [target], node.name)

    yield compute("Add", [variance, ".epsilon"], ".above_zero")
    yield compute("Sqrt", [".above_zero"], ".deviation")
    yield compute("Div", [scale, ".deviation"], ".gain")
    yield compute("Mul", [mean, ".gain"], ".offset")
    yield compute("Sub", [bias, ".offset"], ".rest")
    yield compute("Reshape", [".gain", ".channels"], ".factor")
    yield compute("Reshape", [".rest", ".channels"], ".shift")
    yield compute("Mul", [x, ".factor"], ".scaled")
    yield compute("Add", [".scaled", ".shift"], node.output[0])
