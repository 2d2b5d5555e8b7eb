"""ONNX models, the package's own ones among them, against ONNX Runtime."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from end_to_end import checks
from models.onnx_light import LIGHT
from models.onnx_zoo import SMALL, OnnxExample, build

from sdfg.backends.c_tree.names import identifier
from sdfg.lowering.frontend.onnx_import import import_onnx

NAMES = [*SMALL, *(pytest.param(name, marks=pytest.mark.slow) for name in LIGHT)]


def reference(example: OnnxExample, folder: Path) -> list[list[np.ndarray]]:
    """What ONNX Runtime makes of each feed."""
    file = folder / "reference.onnx"
    file.write_bytes(example.model.SerializeToString())
    runtime: Any = import_module("onnxruntime")
    session = runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    feeds: list[Mapping[str, np.ndarray]] = [example.inputs, *example.resized]
    results = [session.run(None, dict(feed)) for feed in feeds]
    file.unlink()
    return results


@pytest.mark.parametrize("name", NAMES)
def test_model(name: str, tmp_path: Path) -> None:
    """Right results at every size, no warnings, the same bytes twice, clean under sanitizers."""
    example = build(name)
    wanted = reference(example, tmp_path)
    feeds = [list(feed.values()) for feed in (example.inputs, *example.resized)]
    artifact = checks.compiled(import_onnx(example.model), identifier(name), tmp_path / "first")
    checks.assert_runs(artifact, feeds, wanted)
    checks.assert_clang_is_silent(artifact, tmp_path)
    checks.assert_deterministic(artifact, lambda: import_onnx(example.model), tmp_path / "again")
    checks.assert_sanitized(artifact, feeds[0], wanted[0])


def test_dynamic_models_are_tried_at_five_more_sizes() -> None:
    assert all(len(build(name).resized) == 5 for name in SMALL)
