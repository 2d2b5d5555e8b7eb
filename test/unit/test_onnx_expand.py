"""Expanded and folded operators compute the same, by ONNX's reference evaluator."""

from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from sdfg.lowering.frontend.onnx_prepare import prepare

Arrays = dict[str, np.ndarray[Any, Any]]
RANDOM = np.random.default_rng(11)


def model_of(node: NodeProto, inputs: Arrays, constants: Arrays, result: int) -> ModelProto:
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape)
        )
        for name, array in inputs.items()
    ]
    output = helper.make_tensor_value_info("y", result, [None] * values_rank(inputs))
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph([node], "g", values, [output], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def values_rank(inputs: Arrays) -> int:
    """All operators here give results of the rank of their first operand."""
    return next(iter(inputs.values())).ndim


def evaluate(model: ModelProto, inputs: Arrays) -> np.ndarray[Any, Any]:
    evaluator: Any = ReferenceEvaluator(model)
    return np.asarray(evaluator.run(None, inputs)[0])


def before_and_after(
    node: NodeProto, inputs: Arrays, constants: Arrays, result: int = TensorProto.FLOAT
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[str]]:
    """The result of the model, that of the prepared model, and what the latter consists of."""
    expected = evaluate(model_of(node, inputs, constants, result), inputs)
    prepared = prepare(model_of(node, inputs, constants, result), name="m", folder=None)
    actual = evaluate(prepared.model, inputs | dict(prepared.weights))
    return expected, actual, [n.op_type for n in prepared.model.graph.node]


@pytest.mark.parametrize("channels", [5, 80])
def test_batch_normalization_is_a_product_and_a_sum(channels: int):
    node = helper.make_node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], epsilon=1e-3)
    constants = {name: RANDOM.random(channels, np.float32) + 0.5 for name in "sbmv"}
    inputs = {"x": RANDOM.standard_normal((2, channels, 4, 3)).astype(np.float32)}
    expected, actual, operators = before_and_after(node, inputs, constants)
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    assert operators == ["Mul", "Add"]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("axis", [0, -1])
def test_normalization_of_zeros(order: int, axis: int):
    node = helper.make_node("LpNormalization", ["x"], ["y"], p=order, axis=axis)
    x = RANDOM.standard_normal((4, 6)).astype(np.float32)
    x[:, 2] = 0
    x[1] = 0
    _, actual, _ = before_and_after(node, {"x": x}, {})
    norm = np.linalg.norm(x.astype(np.float64), order, axis, keepdims=True)
    expected = np.divide(x, norm, out=np.zeros(x.shape), where=norm != 0)
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8])
@pytest.mark.parametrize("batch", [(), (3,)])
def test_quantized_product(dtype: Any, batch: tuple[int, ...]):
    limits = np.iinfo(dtype)
    zero = np.array(100 if dtype == np.uint8 else 7, dtype)
    inputs = {
        "a": RANDOM.integers(limits.min, limits.max, (*batch, 4, 6)).astype(dtype),
        "b": RANDOM.integers(limits.min, limits.max, (*batch, 6, 5)).astype(dtype),
    }
    scales = {"as": 0.0066, "bs": 0.00705, "ys": 0.0607}
    constants: Arrays = {name: np.array(value, np.float32) for name, value in scales.items()}
    constants |= {"az": zero, "bz": zero, "yz": zero}
    names = ["a", "as", "az", "b", "bs", "bz", "ys", "yz"]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    node = helper.make_node("QLinearMatMul", names, ["y"])
    expected, actual, operators = before_and_after(node, inputs, constants, kind)
    assert actual.dtype == dtype
    assert "QLinearMatMul" not in operators
    np.testing.assert_array_equal(actual, expected)
