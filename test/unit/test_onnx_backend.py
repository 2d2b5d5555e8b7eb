"""The compiler behind ONNX's interface for backends."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.onnx_backend import SdfgBackend

RANDOM = np.random.default_rng(2)


def small() -> onnx.ModelProto:
    names = [("a", TensorProto.FLOAT, [3, 4]), ("b", TensorProto.FLOAT, [4])]
    inputs = [helper.make_tensor_value_info(*given) for given in names]
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [3, 4]) for n in ("s", "d")]
    nodes = [helper.make_node("Add", ["a", "b"], ["s"]), helper.make_node("Sub", ["a", "b"], ["d"])]
    graph = helper.make_graph(nodes, "small", inputs, results)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_a_model_by_position_and_by_name() -> None:
    a, b = RANDOM.random((3, 4), np.float32), RANDOM.random(4, np.float32)
    prepared = SdfgBackend.prepare(small(), threads=1)
    for inputs in ([a, b], {"b": b, "a": a}):
        found = prepared.run(inputs)
        np.testing.assert_allclose(found.s, a + b)  # type: ignore[attr-defined]
        np.testing.assert_allclose(found[1], a - b)


def test_one_operator() -> None:
    a, b = RANDOM.random((3, 4), np.float32), RANDOM.random((4, 2), np.float32)
    node = helper.make_node("MatMul", ["a", "b"], ["y"])
    (found,) = SdfgBackend.run_node(node, [a, b])
    np.testing.assert_allclose(found, a @ b, rtol=1e-5)
    known = [(np.dtype(np.float32), (3, 2))]
    (found,) = SdfgBackend.run_node(node, [a, b], outputs_info=known, opset_version=17)
    np.testing.assert_allclose(found, a @ b, rtol=1e-5)


def test_what_cannot_be_done_is_said() -> None:
    assert SdfgBackend.supports_device("CPU:0")
    assert not SdfgBackend.supports_device("CUDA")
    with pytest.raises(SDFGError, match="no code for the device 'CUDA'"):
        SdfgBackend.prepare(small(), "CUDA")
    with pytest.raises(SDFGError, match="MatMul: expected 2 inputs, got 1"):
        SdfgBackend.run_node(helper.make_node("MatMul", ["a", "b"], ["y"]), [np.ones((2, 2))])
    strange = small()
    strange.graph.node[0].op_type = "Madd"
    assert SdfgBackend.is_compatible(small())
    assert not SdfgBackend.is_compatible(strange)
