"""Layers that fuzzing found wrong, through the whole path, by ONNX's reference evaluator."""

from typing import Any

import numpy as np
import onnx
import pytest
from fuzz.evaluation import evaluate
from fuzz.judge import judge
from fuzz.models import Case

RANDOM = np.random.default_rng(5)

Array = np.ndarray[Any, Any]


def floats(*shape: int) -> Array:
    return RANDOM.standard_normal(shape).astype(np.float32)


def integers(kind: Any, *shape: int) -> Array:
    return RANDOM.integers(0, 9, shape).astype(kind)


SCALE, ZERO = np.array(0.25, np.float32), np.array(3, np.uint8)
LARGE = np.array([[1e30, 1, 2], [np.inf, 1, 2], [1, 2, 3]], np.float32)

CASES: dict[str, tuple[str, tuple[Array, ...]]] = {
    "instance normalization of dynamic sizes": (
        """(float[3, 2, N] a) => (float[?, ?, ?] b) <float[2] s = {1, 2}>
        { b = InstanceNormalization (a, s, s) }""",
        (floats(3, 2, 5),),
    ),
    "slopes of integers": (
        "(int32[4, 3] a, int32[3] s) => (int32[?, ?] b) { b = PRelu (a, s) }",
        (integers(np.int32, 4, 3) - 4, integers(np.int32, 3)),
    ),
    "logarithms of sums of large powers": (
        """(float[3, 3] a) => (float[?] b) <int64[1] axes = {-1}>
        { b = ReduceLogSumExp <keepdims = 0> (a, axes) }""",
        (LARGE,),
    ),
    "quantized convolutions with computed scales": (
        """(uint8[1, 3, 5, 4] x, int8[2, 3, 1, 2] w, float s, uint8 z) => (uint8[?, ?, ?, ?] y)
        <int8 wz = {-6}> { y = QLinearConv <auto_pad = "SAME_UPPER"> (x, s, z, w, s, wz, s, z) }""",
        (integers(np.uint8, 1, 3, 5, 4), integers(np.int8, 2, 3, 1, 2), SCALE, ZERO),
    ),
    "integer convolutions with computed zeros": (
        """(uint8[1, 3, 5, 4] x, int8[2, 3, 1, 2] w, uint8 z) => (int32[?, ?, ?, ?] y)
        { y = ConvInteger <pads = [0, 1, 1, 0]> (x, w, z) }""",
        (integers(np.uint8, 1, 3, 5, 4), integers(np.int8, 2, 3, 1, 2), ZERO),
    ),
    "softmax of vectors": (
        "(float[4] a) => (float[?] b) { b = Softmax <axis = 0> (a) }",
        (floats(4),),
    ),
    "unsigned constants": (
        """(uint16[4, 3] a, bool[4, 3] c) => (uint16[?, ?] b, uint64 d)
        <uint16[3] k = {1, 2, 3}, uint64 l = {7}> { b = Where (c, a, k) d = Identity (l) }""",
        (integers(np.uint16, 4, 3), floats(4, 3) > 0),
    ),
    "slices without elements": (
        """(float[1, 4, 3] a) => (float[?, ?, ?] b)
        <int64[1] s = {3}, int64[1] e = {1}, int64[1] d = {1}> { b = Slice (a, s, e, d) }""",
        (floats(1, 4, 3),),
    ),
    "names beyond ASCII": (
        '(float[3] a) => (float[?] b) { ["größe"] b = Relu (a) }',
        (floats(3),),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_computes_what_the_reference_computes(name: str) -> None:
    text, arrays = CASES[name]
    model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["": 18]> f {text}')
    names = [value.name for value in model.graph.input]
    case = Case(model.SerializeToString(), (dict(zip(names, arrays, strict=True)),))
    evaluate(model, case.inputs[0])
    verdict = judge(case)
    assert not verdict.failed, verdict.message
