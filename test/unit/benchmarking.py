"""Parts of the benchmark for tests: a small workload on disk, and a report with made-up figures."""

from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from sdfg.tools.bench.cost import Cost, cost_of
from sdfg.tools.bench.limits import Limits, Speeds
from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.results import Figures, Report, Row, Startup
from sdfg.tools.bench.usage import Usage


def small_model() -> ModelProto:
    """`y = relu(x @ w)` of a 3 x 4 and a 4 x 5 matrix."""
    weights = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("Relu", ["p"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, 5])],
        [numpy_helper.from_array(weights, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def small_files(folder: Path) -> ModelFiles:
    """The same as the benchmark keeps it."""
    (folder / "model.onnx").write_bytes(small_model().SerializeToString())
    x = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
    np.savez(folder / "inputs.npz", allow_pickle=False, x=x)
    cost = cost_of(folder / "model.onnx")
    return ModelFiles("small", "no.module:small", folder, cost, "0" * 64)


LIMITS = Limits(1000, 10000, {n: Speeds(n, 100.0 * n, 10.0, 9.0, 20.0, 40.0) for n in (1, 2)})
"""100 FLOP/s per thread; 10, 20 and 40 bytes/s."""


def figures(peer: str, seconds: float, **further: object) -> Figures:
    """Of five equal runs."""
    made = Figures(peer, seconds=[seconds] * 5, usage=Usage(1.0, 2.0, 3 << 20))
    for name, value in further.items():
        setattr(made, name, value)
    return made


def report() -> Report:
    """Two workloads: one that we win, one in which everything that can go wrong does."""
    won = {
        "sdfg": figures("sdfg", 2.0, artifact_bytes=1 << 20, startup=Startup(0.01, 1 << 20)),
        "onnxruntime": figures("onnxruntime", 3.0),
    }
    lost = {
        "sdfg": figures("sdfg", 4.0),
        "onnxruntime": figures("onnxruntime", 1.0, agrees=False, agreement="0 instead of <1>"),
        "openvino": figures("openvino", 2.0, startup_failure="no such file"),
        "iree": Figures("iree", failure="not installed: iree"),
    }
    rows = [
        Row("gemm", "GEMM 4", 2, Cost(200, 500), won),
        Row("sums", "sums & more", 2, Cost(0, 20000), lost),
    ]
    return Report("2026-01-01", "a <machine>", {"onnxruntime": "1.0"}, LIMITS, rows)
