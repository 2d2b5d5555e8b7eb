"""Small ONNX models with dynamic sizes."""

from itertools import pairwise

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper


def _model(
    name: str,
    nodes: list[NodeProto],
    inputs: dict[str, list[int | str]],
    outputs: dict[str, list[int | str]],
    weights: dict[str, np.ndarray],
) -> ModelProto:
    """A float32 model in operator set 17."""
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(array, n) for n, array in weights.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="tests"
    )


def _random(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Normal values, scaled by the last size so that sums over it stay near one."""
    return (random.standard_normal(shape) / shape[-1] ** 0.5).astype(np.float32)


def mlp(features: tuple[int, ...] = (32, 64, 48, 10), seed: int = 0) -> ModelProto:
    """`x: batch x features[0]` through ReLU layers to `logits: batch x features[-1]`."""
    random = np.random.default_rng(seed)
    nodes: list[NodeProto] = []
    weights: dict[str, np.ndarray] = {}
    value = "x"
    for layer, (fan_in, fan_out) in enumerate(pairwise(features)):
        last = layer == len(features) - 2
        weights[f"fc{layer}.weight"] = _random(random, fan_out, fan_in)
        weights[f"fc{layer}.bias"] = _random(random, fan_out)
        result = "logits" if last else f"fc{layer}.out"
        operands = [value, f"fc{layer}.weight", f"fc{layer}.bias"]
        nodes.append(helper.make_node("Gemm", operands, [result], f"fc{layer}", transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [result], [f"relu{layer}.out"], f"relu{layer}"))
            value = f"relu{layer}.out"
    return _model(
        "mlp", nodes, {"x": ["batch", features[0]]}, {"logits": ["batch", features[-1]]}, weights
    )


def lstm(inputs: int = 12, hidden: int = 20, seed: int = 0) -> ModelProto:
    """`x: seq x batch x inputs` through one LSTM layer to all and the last hidden states."""
    random = np.random.default_rng(seed)
    weights = {
        "W": _random(random, 1, 4 * hidden, inputs),
        "R": _random(random, 1, 4 * hidden, hidden),
        "B": _random(random, 1, 8 * hidden),
    }
    node = helper.make_node(
        "LSTM", ["x", "W", "R", "B"], ["y", "y_h", "y_c"], "lstm", hidden_size=hidden
    )
    outputs: dict[str, list[int | str]] = {
        "y": ["seq", 1, "batch", hidden],
        "y_h": [1, "batch", hidden],
        "y_c": [1, "batch", hidden],
    }
    return _model("lstm", [node], {"x": ["seq", "batch", inputs]}, outputs, weights)


def reshape_two_dynamic(heads: int = 4, features: int = 24, seed: int = 0) -> ModelProto:
    """
    Split into heads and back, with a dynamic batch and sequence length.

    `x: batch x seq x features` -> `batch*heads x seq x features/heads` -> times a weight -> back.
    Each reshape has several dynamic dimensions, given by `Shape`, by 0 and by -1.
    """
    random = np.random.default_rng(seed)
    size = features // heads
    weights = {
        "w": _random(random, size, size),
        "split": np.array([0, 0, heads, size], np.int64),
        "unknown_heads": np.array([-1, heads], np.int64),
        "unknown": np.array([-1], np.int64),
        "last": np.array([features], np.int64),
        "part": np.array([size], np.int64),
    }
    nodes = [
        helper.make_node("Shape", ["x"], ["batch_size"], "get_batch", start=0, end=1),
        helper.make_node("Shape", ["x"], ["length"], "get_length", start=1, end=2),
        helper.make_node("Reshape", ["x", "split"], ["parts"], "split_heads"),
        helper.make_node("Transpose", ["parts"], ["turned"], "to_heads", perm=[0, 2, 1, 3]),
        helper.make_node("Concat", ["unknown", "length", "part"], ["flat_shape"], "sizes1", axis=0),
        helper.make_node("Reshape", ["turned", "flat_shape"], ["flat"], "flatten_heads"),
        helper.make_node("MatMul", ["flat", "w"], ["product"], "project"),
        helper.make_node(
            "Concat", ["unknown_heads", "length", "part"], ["parts_shape"], "sizes2", axis=0
        ),
        helper.make_node("Reshape", ["product", "parts_shape"], ["unflat"], "unflatten_heads"),
        helper.make_node("Transpose", ["unflat"], ["back"], "from_heads", perm=[0, 2, 1, 3]),
        helper.make_node(
            "Concat", ["batch_size", "length", "last"], ["full_shape"], "sizes3", axis=0
        ),
        helper.make_node("Reshape", ["back", "full_shape"], ["y"], "merge_heads"),
    ]
    shape: list[int | str] = ["batch", "seq", features]
    return _model("reshape_two_dynamic", nodes, {"x": shape}, {"y": shape}, weights)
