"""Operators whose results are as large as data says, by ONNX's reference and ONNX Runtime."""

from typing import Any

import numpy as np
import onnx.parser
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
import pytest
from onnx import ModelProto
from onnx.reference import ReferenceEvaluator

from sdfg.backends.runtime import CompiledModel
from sdfg.backends.runtime_interface import Interface
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.onnx_backend import SdfgBackend

RNG = np.random.default_rng(5)


def _model(text: str) -> ModelProto:
    return onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 20]> {text}')


def _compiled(model: ModelProto) -> CompiledModel:
    return SdfgBackend.prepare(model).model


def _agree(found: tuple[Any, ...], expected: Any) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("axis", ["", "axis = 0,", "axis = 1,"])
@pytest.mark.parametrize("order", [0, 1])
def test_unique_rows(axis: str, order: int) -> None:
    model = _model(
        f"""f (int32[M, N] x) => (int32[?A, B] y, int64[I] i, int64[R] r, int64[C] c) {{
      y, i, r, c = Unique<{axis} sorted = {order}>(x)
    }}""".replace("[?A, B]", "[A]" if not axis else "[A, B]")
    )
    compiled = _compiled(model)
    for shape, most in (((7, 2), 2), ((4, 5), 9), ((1, 3), 1)):
        x = RNG.integers(0, most, shape).astype(np.int32)
        _agree(compiled.run([x]), _unique(x, axis, order))


def _unique(x: Any, axis: str, order: int) -> list[Any]:
    """By NumPy: ONNX's reference fails where results are not sorted."""
    along = int(axis.strip("axis =,")) if axis else None
    y, first, back, count = np.unique(x, True, True, True, axis=along)
    back = back.reshape(-1)
    if order:
        return [y, first, back, count]
    places = np.argsort(first)
    numbers = np.argsort(places)
    return [np.take(y, places, along or 0), first[places], numbers[back], count[places]]


def test_places_and_what_lies_there() -> None:
    model = _model("""f (float[M, N] x, bool[K] c) => (int64[2, P] p, float[P] v, float[A, N] r) {
      p = NonZero(x)  t = Transpose(p)  v = GatherND(x, t)  r = Compress<axis = 0>(x, c)
    }""")
    reference: Any = ReferenceEvaluator(model)
    compiled = _compiled(model)
    assert compiled.interface.late
    assert Interface.from_json(compiled.interface.to_json()) == compiled.interface
    for share in (0.5, 0.0, 1.0, 0.3):
        x = RNG.integers(0, 5, (6, 4)).astype(np.float32) * (RNG.random((6, 4)) < share)
        kept = RNG.random(6) < share
        x = x.astype(np.float32)
        _agree(compiled.run([x, kept]), reference.run(None, {"x": x, "c": kept}))


def test_a_size_that_the_model_states_is_checked() -> None:
    compiled = _compiled(_model("f (float[4] x) => (int64[1, 2] p) { p = NonZero(x) }"))
    assert compiled(np.array([0, 1, 0, 1], np.float32)).tolist() == [[1, 3]]
    with pytest.raises(SDFGError, match="must agree"):
        compiled(np.array([0, 1, 1, 1], np.float32))


@pytest.mark.parametrize("center", [0, 1])
def test_boxes_that_are_not_suppressed(center: int) -> None:
    model = _model(f"""f (float[2, 12, 4] boxes, float[2, 3, 12] scores, int64[1] most,
                       float[1] overlap, float[1] least) => (int64[K, 3] y) {{
      y = NonMaxSuppression<center_point_box = {center}>(boxes, scores, most, overlap, least)
    }}""")
    session: Any = onnxruntime.InferenceSession(model.SerializeToString())
    compiled = _compiled(model)
    for most, overlap, least in ((12, 0.3, 0.2), (2, 0.5, 0.0), (0, 0.5, 0.0), (12, 0.1, 2.0)):
        inputs = [
            RNG.random((2, 12, 4)).astype(np.float32),
            RNG.random((2, 3, 12)).astype(np.float32),
            np.array([most]),
            *(np.array([number], np.float32) for number in (overlap, least)),
        ]
        names = (value.name for value in model.graph.input)
        _agree(compiled.run(inputs), session.run(None, dict(zip(names, inputs, strict=True))))


def test_bounds_that_are_data_decide_sizes() -> None:
    model = _model("""f (float[8] x, int64[1] a, int64[1] b, int64 n) => (float[K] y, int64[R] r) {
      zero = Constant<value_int = 0>()  two = Constant<value_int = 2>()
      y = Slice(x, a, b)  r = Range(zero, n, two)
    }""")
    reference: Any = ReferenceEvaluator(model)
    compiled = _compiled(model)
    for first, last, count in ((2, 6, 9), (0, 8, 0), (5, 5, 3)):
        inputs = [RNG.random(8).astype(np.float32), np.array([first]), np.array([last])]
        given = dict(zip("xabn", [*inputs, np.array(count)], strict=True))
        _agree(compiled.run(list(given.values())), reference.run(None, given))
