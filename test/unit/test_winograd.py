"""Winograd convolutions: exact matrices, results and errors against the definition."""

from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from unit.text import parsed
from xdsl.context import Context

from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.contractions import ConvOp
from sdfg.dialect.tolerances import compare
from sdfg.dialect.weights import Weights
from sdfg.lowering.to_sdfg.winograd.toom_cook import Matrix, ToomCook
from sdfg.lowering.to_sdfg.winograd_convolutions import WinogradConvolutionsPass
from sdfg.tools.driver import CompileOptions, compile_file

Array = NDArray[Any]


def times(matrix: Matrix, vector: list[Fraction]) -> list[Fraction]:
    return [sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in matrix]


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_short_correlations_are_exact(outputs: int, taps: int, data: st.DataObject):
    numbers = st.integers(-9, 9).map(Fraction)
    f = ToomCook.of(outputs, taps)
    d = data.draw(st.lists(numbers, min_size=f.size, max_size=f.size))
    g = data.draw(st.lists(numbers, min_size=taps, max_size=taps))
    products = [u * v for u, v in zip(times(f.kernel, g), times(f.data, d), strict=True)]
    wanted = [sum(g[k] * d[i + k] for k in range(taps)) for i in range(outputs)]
    assert times(f.result, products) == wanted


def test_points_differ():
    assert ToomCook.of(2, 3, [Fraction(2), Fraction(3), Fraction(5)]).size == 4
    with pytest.raises(ValueError, match=r"F\(2, 3\) needs 3 different points, got 1, 1, 2"):
        ToomCook.of(2, 3, [Fraction(1), Fraction(1), Fraction(2)])
    with pytest.raises(ValueError, match=r"needs 11 different points"):
        ToomCook.of(10, 3)


def convolved(x: Array, w: Array) -> Array:
    """The convolution in f64; its axes are images, filters, places."""
    axes = tuple(range(2, x.ndim))
    windows = sliding_window_view(x.astype(np.float64), w.shape[2:], axes)
    letters = "xyz"[: len(axes)]
    kernel = "ijk"[: len(axes)]
    return np.einsum(
        f"nc{letters}{kernel},fc{kernel}->nf{letters}", windows, w.astype(np.float64), optimize=True
    )


def shape(array: Array) -> str:
    return f"!sdfg.array<[{', '.join(map(str, array.shape))}] x f32>"


def rewritten(
    x: Array, w: Array, start: Array | None, outputs: int, band_bytes: int = 1 << 20
) -> Array:
    """The results of a convolution that the pass rewrote, before it is scheduled."""
    dims = len(w.shape) - 2
    ones = ", ".join("1" * dims)
    y = np.zeros(convolved(x, w).shape, np.float32)
    full = ", ".join(f"0:{e}" for e in y.shape)
    given_start = "" if start is None else f', in "b" %b: {shape(y)}'
    copy = "" if start is None else f"sdfg.copy %b[{full}] -> %y[{full}]"
    text = f"""
      sdfg.sdfg @main (in "x" %x: {shape(x)}{given_start}, out "y" %y: {shape(y)}) {{
        %w = sdfg.constant #sdfg.weight<"w"> : {shape(w)}
        sdfg.state @s {{
          {copy}
          sdfg.conv (%x, %w) -> (%y) {{dilations = array<i64: {ones}>, groups = 1 : i64,
            strides = array<i64: {ones}>{"" if start is None else ", accumulate"}}}
        }}
      }}"""
    module = parsed(text)
    WinogradConvolutionsPass((outputs,), 1, 1e-9, band_bytes).apply(Context(), module)
    module.verify()
    assert not any(isinstance(op, ConvOp) for op in module.walk())
    arrays = {"x": x} if start is None else {"x": x, "b": start}
    return interpret(module, "main", arrays, weights=Weights.of({"w": w}), strict=True)["y"]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_shape_computes_the_convolution(data: st.DataObject):
    dims = data.draw(st.integers(1, 3))
    kernel = data.draw(st.lists(st.integers(1, 3), min_size=dims, max_size=dims))
    kernel[-1] = data.draw(st.integers(2, 4))
    places = data.draw(st.lists(st.integers(1, 9 - 2 * dims), min_size=dims, max_size=dims))
    images, channels, filters = (data.draw(st.integers(1, 3)) for _ in range(3))
    outputs = data.draw(st.sampled_from((2, 3, 4) if dims < 3 else (2,)))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    image = [p + k - 1 for p, k in zip(places, kernel, strict=True)]
    x = random.standard_normal((images, channels, *image)).astype(np.float32)
    w = random.standard_normal((filters, channels, *kernel)).astype(np.float32)
    wanted = convolved(x, w)
    start = None
    if data.draw(st.booleans()):
        start = random.standard_normal(wanted.shape).astype(np.float32)
        wanted = wanted + start
    found = rewritten(x, w, start, outputs, data.draw(st.sampled_from((1, 500, 1 << 20))))
    # Small sums: most of the error is that of the transforms, at most the products of one tile.
    length = channels * prod(k + outputs for k in kernel) ** 2
    assert compare(found, wanted, np.float32, length) is None


@pytest.mark.parametrize("outputs", [2, 4])
@pytest.mark.parametrize("channels", [64, 256])
def test_errors_stay_within_the_rule_for_sums(outputs: int, channels: int):
    random = np.random.default_rng(channels)
    x = random.standard_normal((1, channels, 26, 26)).astype(np.float32)
    w = random.standard_normal((8, channels, 3, 3)).astype(np.float32)
    assert (
        compare(rewritten(x, w, None, outputs), convolved(x, w), np.float32, 9 * channels) is None
    )


@pytest.mark.parametrize(("channels", "size", "batch"), [(32, 16, 2), (48, 13, "N"), (24, 204, 1)])
def test_compiled_models_agree_with_the_definition(
    channels: int, size: int, batch: int | str, tmp_path: Path
):
    """With all at once, with a number of images known at run time, and in bands."""
    random = np.random.default_rng(size)
    w, b = (
        random.standard_normal(shape).astype(np.float32)
        for shape in ((2, channels, channels, 3, 3), (2, channels))
    )
    nodes: list[onnx.NodeProto] = []
    for k, (source, target) in enumerate((("x", "t"), ("t", "y"))):
        nodes.append(
            helper.make_node("Conv", [source, f"w{k}", f"b{k}"], [f"c{k}"], pads=[1, 1, 1, 1])
        )
        nodes.append(helper.make_node("Relu", [f"c{k}"], [target]))
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, channels, size, size])
        for name in "xy"
    ]
    weights = [numpy_helper.from_array(w[k], f"w{k}") for k in range(2)]
    biases = [numpy_helper.from_array(b[k], f"b{k}") for k in range(2)]
    graph = helper.make_graph(nodes, "net", ends[:1], ends[1:], [*weights, *biases])
    opset = [helper.make_opsetid("", 17)]
    path = tmp_path / "net.onnx"
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    path.write_bytes(model.SerializeToString())
    images = batch if isinstance(batch, int) else 3
    x = random.standard_normal((images, channels, size, size)).astype(np.float32)
    wanted = x.astype(np.float64)
    for k in range(2):
        padded = np.pad(wanted, ((0, 0), (0, 0), (1, 1), (1, 1)))
        wanted = np.maximum(convolved(padded, w[k]) + b[k][:, None, None], 0)
    sources: list[str] = []
    for winograd in (True, False):
        folder = tmp_path / f"out{winograd}"
        options = CompileOptions(winograd=winograd, name="net")
        with compile_file(path, options, output=folder).load() as model:
            assert compare(np.asarray(model(x)), wanted, np.float32, 9 * channels * 2) is None
        sources.append((folder / "net.c").read_text())
    assert sources[0] != sources[1]
