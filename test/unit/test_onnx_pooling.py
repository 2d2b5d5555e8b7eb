"""Pooling whose windows reach over the end computes what ONNX Runtime computes."""

from typing import Any

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper
from onnx.reference import ReferenceEvaluator

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools.onnx_backend import SdfgBackend


def model_of(op_type: str, sizes: list[Any], **attributes: Any) -> ModelProto:
    node = helper.make_node(op_type, ["x"], ["y"], ceil_mode=1, **attributes)
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3, *dims])
        for name, dims in (("x", sizes), ("y", [None] * len(sizes)))
    ]
    graph = helper.make_graph([node], "g", values[:1], values[1:])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=8)


def expected_of(model: ModelProto, x: Any) -> Any:
    session: Any = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"x": x})[0]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["AveragePool", "MaxPool", "LpPool"]), st.integers(1, 2))
def test_windows_over_the_end(data: st.DataObject, op_type: str, rank: int) -> None:
    def draw(low: int, high: int) -> list[int]:
        return data.draw(st.lists(st.integers(low, high), min_size=rank, max_size=rank))

    kernel, sizes = draw(2, 4), draw(4, 9)
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": draw(1, 3)}
    attributes["pads"] = [p % k for p, k in zip(draw(0, 1) + draw(0, 1), kernel * 2, strict=True)]
    if op_type == "AveragePool":
        attributes["count_include_pad"] = data.draw(st.integers(0, 1))
    model = model_of(op_type, sizes, **attributes)
    x = np.random.default_rng(sum(sizes)).standard_normal((2, 3, *sizes), np.float32)
    expected = expected_of(model, x)
    prepared = prepare(model, name="m", folder=None)
    if any(a.name == "ceil_mode" for n in prepared.model.graph.node for a in n.attribute):
        return  # no window reaches over the end
    evaluator: Any = ReferenceEvaluator(prepared.model)
    (result,) = evaluator.run(None, {"x": x} | dict(prepared.weights))
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_a_window_larger_than_the_image_compiled() -> None:
    x = np.random.default_rng(1).standard_normal((2, 3, 4, 4), np.float32)
    model = model_of(
        "AveragePool", [4, 4], kernel_shape=[7, 9], strides=[7, 9], count_include_pad=1
    )
    (result,) = SdfgBackend.prepare(model).run([x])
    np.testing.assert_allclose(result, x.mean((2, 3), keepdims=True), rtol=1e-5, atol=1e-6)


def test_dynamic_sizes_are_refused() -> None:
    model = model_of("MaxPool", ["h", 4], kernel_shape=[3, 3], strides=[2, 2])
    with pytest.raises(SDFGError, match="'MaxPool' with 'ceil_mode' of dynamic sizes"):
        prepare(model, name="m", folder=None)
