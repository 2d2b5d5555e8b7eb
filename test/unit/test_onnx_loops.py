"""Loops, scans and branches of ONNX over tensors, by ONNX Runtime."""

from typing import Any

import numpy as np
import onnx.parser
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
import pytest

from sdfg.tools.onnx_backend import SdfgBackend

RNG = np.random.default_rng(3)


def _same(text: str, *runs: list[Any]) -> None:
    """What is compiled gives what ONNX Runtime gives, for each list of inputs."""
    model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 20]> {text}')
    session: Any = onnxruntime.InferenceSession(model.SerializeToString())
    rep = SdfgBackend.prepare(model)
    for inputs in runs:
        names = (value.name for value in model.graph.input)
        expected: Any = session.run(None, dict(zip(names, inputs, strict=True)))
        for found, other in zip(rep.run(inputs), expected, strict=True):
            assert found.dtype == other.dtype
            assert found.shape == other.shape
            np.testing.assert_allclose(found, other, rtol=1e-5, atol=1e-6)


def _array(*shape: int) -> Any:
    return RNG.uniform(0.5, 1, shape).astype(np.float32)


@pytest.mark.parametrize("condition", ["yes", ""])
def test_a_loop_runs_as_often_as_an_input_says(condition: str) -> None:
    text = f"""f (float[2,3] x, int64 n) => (float[2,3] y) {{
      yes = Constant<value = bool {{1}}>()
      y = Loop(n, {condition or '""'}, x) <body =
        b (int64 i, bool more, float[2,3] s) => (bool on, float[2,3] t) {{
          on = Identity(more)  number = Cast<to = 1>(i)  sum = Add(s, x)  t = Add(sum, number)
        }}>
    }}"""
    _same(text.replace('""', ""), *([_array(2, 3), np.array(n)] for n in (4, 0, -2)))


def test_a_loop_stops_where_its_condition_fails() -> None:
    text = """f (float[4] x, int64 n, bool c) => (float[4] y, int64 k) {
      zero = Constant<value_int = 0>()  one = Constant<value_int = 1>()
      limit = Constant<value = float {20.0}>()
      y, k = Loop(n, c, x, zero) <body =
        b (int64 i, bool more, float[4] s, int64 k) => (bool on, float[4] t, int64 l) {
          most = ReduceMax<keepdims = 0>(s)  on = Less(most, limit)  t = Add(s, x)  l = Add(k, one)
        }>
    }"""
    x = _array(4)
    _same(text, *([x, np.array(n), np.array(c)] for n, c in ((100, True), (5, True), (9, False))))


def test_results_of_iterations_are_stacked() -> None:
    text = """f (float[2,3] x) => (float[2,3] y, float[5,3] z, float[5] w) {
      n = Constant<value_int = 5>()  axes = Constant<value_ints = [0]>()
      c = Constant<value = bool {1}>()
      y, z, w = Loop(n, c, x) <body =
        b (int64 i, bool more, float[2,3] s) => (bool on, float[2,3] t, float[3] u, float v) {
          on = Identity(more)  t = Add(s, x)
          u = ReduceMax<keepdims = 0>(t, axes)  v = ReduceSum<keepdims = 0>(u)
        }>
    }"""
    _same(text, [_array(2, 3)])


def test_loops_within_loops_read_what_is_outside() -> None:
    text = """f (float[3] x, int64 n, int64 m) => (float[3] y) {
      c = Constant<value = bool {1}>()
      y = Loop(n, c, x) <body = b (int64 i, bool more, float[3] s) => (bool on, float[3] t) {
        on = Identity(more)
        t = Loop(m, more, s) <body = d (int64 j, bool go, float[3] p) => (bool going, float[3] q) {
          going = Identity(go)  k = Add(i, j)  number = Cast<to = 1>(k)
          r = Mul(p, x)  q = Add(r, number)
        }>
      }>
    }"""
    _same(text, *([_array(3), np.array(n), np.array(m)] for n, m in ((2, 3), (0, 1), (3, 0))))


def test_scans_along_any_axis_from_either_end() -> None:
    text = """f (float[N,3] x, float[3,N] w, float[3] s) =>
              (float[3] y, float[N,3] z, float[3,N] v) {
      y, z, v = Scan<num_scan_inputs = 2, scan_input_axes = [0, 1], scan_output_axes = [0, -1],
                     scan_input_directions = [0, 1], scan_output_directions = [1, 0],
        body = b (float[3] a, float[3] p, float[3] q) => (float[3] t, float[3] u, float[3] r) {
          t = Add(a, p)  u = Mul(t, q)  r = Sub(p, q)
        }>(s, x, w)
    }"""
    _same(text, *([_array(n, 3), _array(3, n), _array(3)] for n in (4, 1)))


def test_operators_are_replaced_within_loops_too() -> None:
    text = """f (float[1,4] x, int64 n) => (float[1,4] y) {
      c = Constant<value = bool {1}>()
      y = Loop(n, c, x) <body = b (int64 i, bool more, float[1,4] s) => (bool on, float[1,4] t) {
        on = Identity(more)  r = LpNormalization<axis = 0>(s)  t = Add(r, x)
      }>
    }"""
    _same(text, [np.array([[0, 1, 2, 0]], np.float32), np.array(1)])
