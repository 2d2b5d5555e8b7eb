"""Sampling, transforms and running products as simpler operators, by ONNX's reference."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from unit.test_onnx_expand import before_and_after, evaluate, model_of

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_prepare import prepare


@settings(max_examples=40)
@given(
    mode=st.sampled_from(["nearest", "linear", "cubic"]),
    padding=st.sampled_from(["zeros", "border", "reflection"]),
    align=st.integers(0, 1),
    sizes=st.lists(st.integers(2, 4), min_size=1, max_size=3),
    seed=st.integers(0, 99),
)
def test_grid_sample(mode: str, padding: str, align: int, sizes: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    x = random.standard_normal((2, 3, *sizes), np.float32)
    grid = random.uniform(-2.5, 2.5, (2, *[2] * len(sizes), len(sizes))).astype(np.float32)
    node = helper.make_node(
        "GridSample", ["x", "g"], ["y"], mode=mode, padding_mode=padding, align_corners=align
    )
    expected, actual, operators = before_and_after(node, {"x": x, "g": grid}, {}, opset=20)
    assert "GridSample" not in operators
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("align", [0, 1])
@pytest.mark.parametrize("sizes", [(3, 4), (2, 3, 5)])
@pytest.mark.parametrize("known", [False, True])
def test_affine_grid(align: int, sizes: tuple[int, ...], known: bool) -> None:
    theta = np.random.default_rng(5).standard_normal((2, len(sizes), len(sizes) + 1), np.float32)
    inputs: dict[str, Any] = {"t": theta}
    constants: dict[str, Any] = {}
    (constants if known else inputs)["s"] = np.array([2, 3, *sizes], np.int64)
    node = helper.make_node("AffineGrid", ["t", "s"], ["y"], align_corners=align)
    model = model_of(node, inputs, constants, TensorProto.FLOAT, opset=20)
    sized = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * (len(sizes) + 2))
    model.graph.output[0].CopyFrom(sized)
    expected = evaluate(model, inputs)
    prepared = prepare(model, name="m", folder=None).model
    assert "AffineGrid" not in [n.op_type for n in prepared.graph.node]
    np.testing.assert_allclose(evaluate(prepared, inputs), expected, rtol=1e-5, atol=1e-6)


def test_a_pixel_that_is_not_there_does_not_count() -> None:
    x = np.array([[[np.inf, 1], [2, 3]]], np.float32)[None]
    grid = np.array([-1.5, -1.5, 0.5, 0.5], np.float32).reshape(1, 1, 2, 2)
    node = helper.make_node("GridSample", ["x", "g"], ["y"], mode="nearest")
    _, actual, _ = before_and_after(node, {"x": x, "g": grid}, {}, opset=20)
    np.testing.assert_array_equal(actual.ravel(), [0, 3])


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(2, 5), min_size=1, max_size=3),
    place=st.integers(0, 2),
    length=st.sampled_from([0, 1, 4, 7]),
    form=st.sampled_from(["real", "complex", "onesided", "inverse", "real again"]),
    old=st.booleans(),
)
def test_dft(sizes: list[int], place: int, length: int, form: str, old: bool) -> None:
    axis = place % len(sizes)
    parts = 1 if form in ("real", "onesided") else 2
    x = np.random.default_rng(length).standard_normal((*sizes, parts), np.float32)
    attributes: dict[str, Any] = {
        "inverse": int(form in ("inverse", "real again")),
        "onesided": int(form in ("onesided", "real again")),
    }
    constants: dict[str, Any] = {"n": np.array(length, np.int64)} if length else {}
    names = ["x", "n" if length else ""]
    if old:
        attributes["axis"] = axis
    else:
        constants["a"] = np.array(axis, np.int64)
        names.append("a")
    node = helper.make_node("DFT", names, ["y"], **attributes)
    expected, actual, operators = before_and_after(
        node, {"x": x}, constants, opset=17 if old else 20
    )
    assert "DFT" not in operators
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("onesided", [0, 1])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("windowed", [False, True])
def test_stft(onesided: int, parts: int, windowed: bool) -> None:
    random = np.random.default_rng(9)
    x = random.standard_normal((2, 29, parts), np.float32)
    constants: dict[str, Any] = {"step": np.array(5, np.int64)}
    if windowed:
        constants["w"] = random.random(8, np.float32)
    else:
        constants["n"] = np.array(8, np.int64)
    names = ["x", "step", "w" if windowed else "", "" if windowed else "n"]
    node = helper.make_node("STFT", names, ["y"], onesided=onesided)
    model = model_of(node, {"x": x}, constants, TensorProto.FLOAT)
    sized = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * 4)
    model.graph.output[0].CopyFrom(sized)
    expected = evaluate(model, {"x": x})
    prepared = prepare(model, name="m", folder=None)
    assert "STFT" not in [n.op_type for n in prepared.model.graph.node]
    actual = evaluate(prepared.model, {"x": x} | dict(prepared.weights))
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("exclusive", [0, 1])
@pytest.mark.parametrize("reverse", [0, 1])
@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("computed", [False, True])
def test_cum_prod(exclusive: int, reverse: int, axis: int, computed: bool) -> None:
    x = np.random.default_rng(7).uniform(0.5, 1.5, (3, 7)).astype(np.float32)
    node = helper.make_node("CumProd", ["x", "a"], ["y"], exclusive=exclusive, reverse=reverse)
    inputs: dict[str, Any] = {"x": x}
    constants: dict[str, Any] = {}
    (inputs if computed else constants)["a"] = np.array(axis, np.int64)
    expected, actual, operators = before_and_after(node, inputs, constants, opset=26)
    assert "CumProd" not in operators
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("op", "length", "message"),
    [
        ("DFT", 10**6, "f: 'DFT' with length 1000000"),
        ("DFT", None, "f: 'DFT' with a length that is not known"),
    ],
)
def test_what_is_not_known_is_said(op: str, length: int | None, message: str) -> None:
    inputs: dict[str, Any] = {"x": np.zeros((3, 7, 1), np.float32)}
    constants: dict[str, Any] = {}
    (inputs if length is None else constants)["n"] = np.array(length or 1, np.int64)
    node = helper.make_node(op, ["x", "n"], ["y"], "f")
    model = model_of(node, inputs, constants, TensorProto.FLOAT, opset=26)
    with pytest.raises(SDFGError, match=message):
        import_onnx(model)
