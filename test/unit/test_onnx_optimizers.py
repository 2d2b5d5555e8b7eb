"""Optimizers as formulas, by ONNX's reference."""

from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from sdfg.lowering.frontend.onnx_prepare import prepare

CASES: list[tuple[str, int, dict[str, Any]]] = [
    ("Adagrad", 1, {"epsilon": 1e-5, "decay_factor": 0.1, "norm_coefficient": 0.01}),
    ("Adam", 2, {"alpha": 0.8, "beta": 0.9, "epsilon": 1e-6, "norm_coefficient_post": 0.1}),
    ("Momentum", 1, {"alpha": 0.9, "beta": 0.5, "mode": "standard", "norm_coefficient": 0.1}),
    ("Momentum", 1, {"alpha": 0.9, "beta": 0.5, "mode": "nesterov", "norm_coefficient": 0.0}),
]


@pytest.mark.parametrize(("op_type", "kept", "attributes"), CASES)
@pytest.mark.parametrize("count", [0, 3])
def test_a_step_of_two_tensors(
    op_type: str, kept: int, attributes: dict[str, Any], count: int
) -> None:
    random = np.random.default_rng(3)
    sizes = [(3, 2), (4,)]
    names = [f"{part}{k}" for part in "xgvh"[: kept + 2] for k in range(2)]
    inputs: dict[str, Any] = {"r": np.float32(0.1), "t": np.int64(count)}
    inputs |= {name: random.random(sizes[int(name[1])], np.float32) for name in names}
    results = [f"new_{name}" for name in names if name[0] != "g"]
    values = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for n, x in inputs.items()
    ]
    outputs = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, sizes[int(n[-1])]) for n in results
    ]
    domain = "ai.onnx.preview.training"
    given: dict[str, Any] = (
        {"norm_coefficient": 0.0, "norm_coefficient_post": 0.0} if op_type == "Adam" else {}
    )
    node = helper.make_node(op_type, [*inputs], results, domain=domain, **(given | attributes))
    graph = helper.make_graph([node], "step", values, outputs)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    before: Any = ReferenceEvaluator(model)
    expected = before.run(None, inputs)
    after: Any = ReferenceEvaluator(prepare(model, name="m", folder=None).model)
    for one, other in zip(after.run(None, inputs), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
