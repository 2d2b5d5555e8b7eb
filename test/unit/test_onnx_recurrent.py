"""Recurrent layers in all their forms, beside ONNX Runtime."""

from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, NodeProto, helper, parser
from unit.test_onnx_expand import Arrays

from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_load import nodes
from sdfg.lowering.frontend.onnx_prepare import prepare
from sdfg.tools import driver

onnxruntime: Any = import_module("onnxruntime")
RANDOM = np.random.default_rng(3)
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
ACTIVATIONS = {
    "RNN": ["Relu"],
    "GRU": ["HardSigmoid", "ScaledTanh"],
    "LSTM": ["Sigmoid", "Softsign", "LeakyRelu"],
}
NUMBERS = {
    "RNN": {},
    "GRU": {"activation_alpha": [0.3, 0.9], "activation_beta": [0.4, 1.2]},
    "LSTM": {"activation_alpha": [0.05]},
}
BATCH, SIZE, HIDDEN = 3, 5, 6


def recurrent(
    op: str, steps: int, direction: str, *, lengths: bool, rest: bool, **attributes: Any
) -> tuple[ModelProto, Arrays]:
    """A model of one layer, with all optional operands if `rest`, and its inputs."""
    count, gates = 1 + (direction == "bidirectional"), GATES[op] * HIDDEN
    shapes = {
        "x": (steps, BATCH, SIZE),
        "w": (count, gates, SIZE),
        "r": (count, gates, HIDDEN),
        "b": (count, 2 * gates),
        "h": (count, BATCH, HIDDEN),
        "c": (count, BATCH, HIDDEN),
        "p": (count, 3 * HIDDEN),
    }
    names = ["x", "w", "r", "b" if rest else "", "l" if lengths else "", "h" if rest else ""]
    if op == "LSTM":
        names += ["c", "p"] if rest else ["", ""]
    inputs: Arrays = {
        n: (RANDOM.standard_normal(shapes[n]) / 2).astype(np.float32) for n in names if n in shapes
    }
    if lengths:
        inputs["l"] = RANDOM.integers(1, steps + 1, BATCH).astype(np.int32)
    results = ["y", "yh", "yc"][: 2 + (op == "LSTM")]
    node = helper.make_node(
        op, names, results, hidden_size=HIDDEN, direction=direction, **attributes
    )
    return _model(node, inputs), inputs


def _model(node: NodeProto, inputs: Arrays) -> ModelProto:
    values = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for n, x in inputs.items()
    ]
    outputs = [
        helper.make_tensor_value_info(n, 1, [None] * (4 if n == "y" else 3)) for n in node.output
    ]
    graph = helper.make_graph([node], "g", values, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def evaluate(model: ModelProto, inputs: Arrays) -> list[Any]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    wanted = {value.name for value in model.graph.input}
    return session.run(None, {n: x for n, x in inputs.items() if n in wanted})


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("op", GATES)
def test_expanded_layers_compute_the_same(op: str, direction: str):
    count = 1 + (direction == "bidirectional")
    numbers = {name: values * count for name, values in NUMBERS[op].items()}
    variants: list[dict[str, Any]] = [
        {"clip": 0.4},
        {"activations": ACTIVATIONS[op] * count, **numbers},
    ]
    if op == "GRU":
        variants.append({"linear_before_reset": 1})
    if op == "LSTM":
        variants.append({"input_forget": 1})
    for steps, lengths, more in product((4, 11), (False, True), variants):
        model, inputs = recurrent(op, steps, direction, lengths=lengths, rest=steps > 4, **more)
        expected = evaluate(model, inputs)
        prepared = prepare(model, name="m", folder=None)
        for node in nodes(prepared.model.graph):
            node.name = ""  # those of one expansion share a name
        got = evaluate(prepared.model, inputs | dict(prepared.weights))
        for left, right in zip(got, expected, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-5)


SCAN = """<ir_version: 8, opset_import: ["" : 17]>
scan (float[2,3] x, float[2] z) => (float[2] y, float[2,3] s) {
  y, s = Scan<num_scan_inputs = 1, scan_input_axes = [1], scan_output_axes = [1],
              scan_input_directions = [1], scan_output_directions = [1],
              body = b (float[2] a, float[2] r) => (float[2] t, float[2] v) {
    t = Add(a, r)
    v = Mul(t, t)
  }>(z, x)
}"""


def test_scan_backwards_along_another_axis():
    x = RANDOM.standard_normal((2, 3)).astype(np.float32)
    z = np.zeros(2, np.float32)
    got = driver.compile_module(import_onnx(parser.parse_model(SCAN))).run([x, z])
    sums = np.cumsum(x[:, ::-1], axis=1)
    np.testing.assert_allclose(np.asarray(got[0]), sums[:, -1], rtol=1e-5)
    np.testing.assert_allclose(np.asarray(got[1]), sums[:, ::-1] ** 2, rtol=1e-5)


@pytest.mark.parametrize("steps", [4, 11])
def test_a_layer_with_everything_compiled(steps: int):
    model, inputs = recurrent("LSTM", steps, "bidirectional", lengths=True, rest=True, clip=0.9)
    expected = evaluate(model, inputs)
    got = driver.compile_module(import_onnx(model)).run(list(inputs.values()))
    for left, right in zip(got, expected, strict=True):
        np.testing.assert_allclose(np.asarray(left), right, rtol=1e-4, atol=1e-5)
