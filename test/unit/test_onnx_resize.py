"""`Resize` as sums of neighbours, by ONNX's reference evaluator."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from unit.test_onnx_expand import before_and_after, model_of

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx

PLACES = (
    *("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"),
    "tf_crop_and_resize",
)
ROUNDINGS = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


@st.composite
def resizings(draw: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """A node, its inputs and its constants."""
    sizes: list[int] = draw(st.lists(st.integers(2, 7), min_size=1, max_size=3))
    x = np.random.default_rng(draw(st.integers(0, 99))).random(sizes, np.float32)
    mode = draw(st.sampled_from(["nearest", "linear", "cubic"]))
    places = draw(st.sampled_from(PLACES))
    attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": places}
    if mode == "nearest":
        attributes["nearest_mode"] = draw(st.sampled_from(ROUNDINGS))
    if mode == "cubic":
        attributes["cubic_coeff_a"] = draw(st.sampled_from([-0.5, -0.75]))
    if places == "tf_crop_and_resize":
        attributes["extrapolation_value"] = 10.0
    else:
        attributes["exclude_outside"] = draw(st.integers(0, int(mode == "cubic")))
    names = ["x", "", "", ""]
    given: dict[str, Any] = {}
    if places == "tf_crop_and_resize":
        names[1] = "roi"
        edges = st.sampled_from([-0.25, 0.0, 0.25, 0.75, 1.0, 1.25])
        given["roi"] = np.array([draw(edges) for _ in range(2 * len(sizes))], np.float32)
    if draw(st.booleans()):
        names[2] = "scales"
        scales = st.sampled_from([0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0])
        given["scales"] = np.array([draw(scales) for _ in sizes], np.float32)
    else:
        names[3] = "sizes"
        given["sizes"] = np.array([draw(st.integers(1, 9)) for _ in sizes], np.int64)
    node = helper.make_node("Resize", names, ["y"], **attributes)
    if draw(st.booleans()):
        return node, {"x": x}, given
    return node, {"x": x, **given}, {}


@settings(max_examples=60)
@given(case=resizings())
def test_the_same_in_every_mode(case: tuple[Any, dict[str, Any], dict[str, Any]]) -> None:
    node, inputs, constants = case
    expected, actual, operators = before_and_after(node, inputs, constants, opset=19)
    assert "Resize" not in operators
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("sizes", [(4, 9), (3, 2)])
def test_smaller_without_aliases(mode: str, sizes: tuple[int, int]) -> None:
    x = np.random.default_rng(3).standard_normal((9, 7)).astype(np.float32)
    node = helper.make_node("Resize", ["x", "", "", "s"], ["y"], mode=mode, antialias=1)
    constants = {"s": np.array(sizes, np.int64)}
    expected, actual, _ = before_and_after(node, {"x": x}, constants, opset=18)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_what_is_not_known_is_said() -> None:
    x = np.zeros((9, 7), np.float32)
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], "up", mode="linear", antialias=1)
    model = model_of(node, {"x": x, "s": np.ones(2, np.float32)}, {}, TensorProto.FLOAT, opset=18)
    with pytest.raises(SDFGError, match="up: 'Resize' with antialias and sizes that are not known"):
        import_onnx(model)
