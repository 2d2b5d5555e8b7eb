"""Expanded and folded operators compute the same, by ONNX's reference evaluator."""

from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools import driver

Arrays = dict[str, np.ndarray[Any, Any]]
RANDOM = np.random.default_rng(11)


def model_of(
    node: NodeProto, inputs: Arrays, constants: Arrays, result: int, opset: int = 17
) -> ModelProto:
    values = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape)
        )
        for name, array in inputs.items()
    ]
    output = helper.make_tensor_value_info("y", result, [None] * values_rank(inputs))
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph([node], "g", values, [output], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def values_rank(inputs: Arrays) -> int:
    """All operators here give results of the rank of their first operand."""
    return next(iter(inputs.values())).ndim


def evaluate(model: ModelProto, inputs: Arrays) -> np.ndarray[Any, Any]:
    evaluator: Any = ReferenceEvaluator(model)
    return np.asarray(evaluator.run(None, inputs)[0])


def before_and_after(
    node: NodeProto,
    inputs: Arrays,
    constants: Arrays,
    result: int = TensorProto.FLOAT,
    opset: int = 17,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[str]]:
    """The result of the model, that of the prepared model, and what the latter consists of."""
    expected = evaluate(model_of(node, inputs, constants, result, opset), inputs)
    prepared = prepare(model_of(node, inputs, constants, result, opset), name="m", folder=None)
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


def with_nan(*shape: int) -> np.ndarray[Any, Any]:
    x = (RANDOM.standard_normal(shape) * 100).astype(np.float32)
    x[RANDOM.random(shape) < 0.2] = np.nan
    return x


@pytest.mark.parametrize("op", ["Equal", "Sign"])
def test_nan_in_comparisons(op: str):
    names = ["x", "x"] if op == "Equal" else ["x"]
    kind = TensorProto.BOOL if op == "Equal" else TensorProto.FLOAT
    node = helper.make_node(op, names, ["y"])
    expected, actual, operators = before_and_after(node, {"x": with_nan(4, 5)}, {}, kind)
    assert "IsNaN" in operators
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_remainders_with_the_sign_of_the_dividend(dtype: Any):
    inputs = {name: (RANDOM.standard_normal((40, 5)) * 1e4).astype(dtype) for name in "xz"}
    inputs["z"] /= 1e4
    node = helper.make_node("Mod", ["x", "z"], ["y"], fmod=1)
    model = model_of(node, inputs, {}, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
    got = driver.compile_module(import_onnx(model)).run(list(inputs.values()))[0]
    np.testing.assert_array_equal(np.asarray(got), np.fmod(inputs["x"], inputs["z"]))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("op", ["Div", "Mod"])
def test_unsigned_division(op: str, dtype: Any):
    highest = np.iinfo(dtype).max
    inputs = {name: RANDOM.integers(1, highest, (40, 5)).astype(dtype) for name in "xz"}
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    node = helper.make_node(op, ["x", "z"], ["y"])
    expected, actual, operators = before_and_after(node, inputs, {}, kind)
    assert operators == ["Cast", "Cast", op, "Cast"]
    np.testing.assert_array_equal(actual, expected)
    model = driver.compile_module(import_onnx(model_of(node, inputs, {}, kind)))
    np.testing.assert_array_equal(np.asarray(model.run(list(inputs.values()))[0]), expected)


@pytest.mark.parametrize("opset", [17, 21])
@pytest.mark.parametrize("op", ["Div", "Mod"])
def test_division_of_64_bits_without_a_sign(op: str, opset: int):
    edges = np.array([1, 2, 3, 7, 2**32, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1], np.uint64)
    more = RANDOM.integers(1, 2**64 - 1, 11, np.uint64)
    values = np.concatenate([edges, more, more >> np.uint64(40)])
    inputs = {"x": np.repeat(values[:, None], 31, 1), "z": values[None]}
    node = helper.make_node(op, ["x", "z"], ["y"])
    model = model_of(node, inputs, {}, TensorProto.UINT64, opset)
    got = driver.compile_module(import_onnx(model)).run(list(inputs.values()))[0]
    function = np.floor_divide if op == "Div" else np.remainder
    np.testing.assert_array_equal(np.asarray(got), function(inputs["x"], inputs["z"]))


@pytest.mark.parametrize("op", ["Clip", "Sign"])
def test_order_of_64_bits_without_a_sign(op: str):
    x = RANDOM.integers(0, 2**64 - 1, (7, 9), np.uint64)
    x[0, :3] = 0, 2**63, 2**64 - 1
    limits: Arrays = {"low": np.array(2**62, np.uint64), "high": np.array(2**63 + 5, np.uint64)}
    names = ["x", "low", "high"] if op == "Clip" else ["x"]
    constants = limits if op == "Clip" else {}
    model = model_of(helper.make_node(op, names, ["y"]), {"x": x}, constants, TensorProto.UINT64)
    got = driver.compile_module(import_onnx(model)).run([x])[0]
    wanted = np.clip(x, *limits.values()) if op == "Clip" else np.sign(x)
    np.testing.assert_array_equal(np.asarray(got), wanted)


def test_unsigned_limits():
    inputs = {"x": RANDOM.integers(0, 255, (40, 5)).astype(np.uint8)}
    limits: Arrays = {"low": np.array(20, np.uint8), "high": np.array(200, np.uint8)}
    node = helper.make_node("Clip", ["x", "low", "high"], ["y"])
    expected, actual, _ = before_and_after(node, inputs, limits, TensorProto.UINT8)
    np.testing.assert_array_equal(actual, expected)


def test_gelu_with_a_hyperbolic_tangent():
    x = RANDOM.standard_normal((40, 5)).astype(np.float32)
    node = helper.make_node("Gelu", ["x"], ["y"], approximate="tanh")
    model = model_of(node, {"x": x}, {}, TensorProto.FLOAT)
    model.opset_import[0].version = 20
    expected = evaluate(model, {"x": x})
    got = driver.compile_module(import_onnx(model)).run([x])[0]
    np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-5, atol=1e-7)


def test_negative_padding_cuts():
    x = RANDOM.standard_normal((4, 5)).astype(np.float32)
    pads = {"p": np.array([1, -1, -2, 1])}
    node = helper.make_node("Pad", ["x", "p"], ["y"])
    model = model_of(node, {"x": x}, pads, TensorProto.FLOAT)
    got = driver.compile_module(import_onnx(model)).run([x])[0]
    np.testing.assert_array_equal(np.asarray(got), np.pad(x[:2, 1:], ((1, 0), (0, 1))))


@pytest.mark.parametrize("op", ["ReduceMean", "ReduceL2", "ReduceSumSquare", "GlobalAveragePool"])
def test_long_sums_of_short_floats(op: str):
    x = (RANDOM.random((1, 2, 50, 60)) + 0.5).astype(np.float16)
    axes: dict[str, Any] = {} if op == "GlobalAveragePool" else {"axes": [2, 3]}
    node = helper.make_node(op, ["x"], ["y"], **axes)
    got = driver.compile_module(import_onnx(model_of(node, {"x": x}, {}, TensorProto.FLOAT16)))
    expected = evaluate(
        model_of(node, {"x": x.astype(np.float64)}, {}, TensorProto.DOUBLE),
        {"x": x.astype(np.float64)},
    )
    result = np.asarray(got.run([x])[0])
    assert result.dtype == np.float16
    np.testing.assert_allclose(result, expected, rtol=2e-3)
