"""`sdfg-run` on an artifact made by hand: a C function that doubles, beside an ONNX model of it."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.runtime_interface import Interface, Value
from sdfg.tools.sdfg_run import main

SOURCE = """
#include <stddef.h>
#include <stdint.h>
typedef struct doubled_context { int unused; } doubled_context;
static doubled_context only;
int doubled_init(doubled_context **context, const void *w, size_t bytes, int threads)
{ (void)w; (void)bytes; (void)threads; *context = &only; return 0; }
int doubled_run(doubled_context *context, const float *x, float *y, int64_t batch)
{ (void)context; for (int64_t k = 0; k < 3 * batch; k++) y[k] = 2 * x[k]; return 0; }
void doubled_exit(doubled_context *context) { (void)context; }
const char *doubled_message(const doubled_context *context) { (void)context; return ""; }
"""


def onnx_model(path: Path, factor: float) -> Path:
    """`y = factor * x`, with x of shape (batch, 3)."""
    shape = ["batch", 3]
    constant = helper.make_tensor("factor", TensorProto.FLOAT, [], [factor])
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "factor"], ["y"])],
        "scaled",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [constant],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doubled")
    source = folder / "doubled.c"
    source.write_text(SOURCE)
    library = folder / "doubled.so"
    compiler = find_compiler().command
    subprocess.run([*compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    x = Value("x", "float32", ("batch", "3"))
    y = Value("y", "float32", ("batch", "3"))
    interface = Interface("doubled", library.name, None, (x,), (y,), ("batch",))
    (folder / "doubled.json").write_text(interface.to_json())
    return folder


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


@pytest.mark.parametrize("form", ["", "doubled.json", "doubled.so"])
def test_results_are_shown_and_saved(
    form: str,
    artifact: Path,
    tmp_path: Path,
    rng: np.random.Generator,
    capsys: pytest.CaptureFixture[str],
):
    x = rng.standard_normal((4, 3)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    saved = tmp_path / "out" / "y.npz"
    assert run(artifact / form, f"--input=x={tmp_path}/x.npy", "--save", saved) == 0
    assert np.array_equal(np.load(saved)["y"], 2 * x)
    shown = capsys.readouterr().out
    assert "batch=4" in shown
    assert "4x3" in shown


def test_random_inputs_follow_seed_and_size(artifact: Path, tmp_path: Path):
    for name, seed in [("a", 1), ("b", 1), ("c", 2)]:
        assert run(artifact, "--size=batch=5", f"--seed={seed}", "--save", tmp_path / name) == 0
    a, b, c = (np.load(tmp_path / name)["y"] for name in "abc")
    assert a.shape == (5, 3)
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize("peer", ["onnxruntime", "reference"])
def test_check_tells_agreement(
    peer: str, artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    good = onnx_model(tmp_path / "good.onnx", 2.0)
    assert run(artifact, f"--check={peer}", "--model", good) == 0
    assert f"'y' agrees with {peer}" in capsys.readouterr().out
    wrong = onnx_model(tmp_path / "wrong.onnx", 2.01)
    assert run(artifact, f"--check={peer}", "--model", wrong) == 1
    assert f"'y' DISAGREES with {peer}" in capsys.readouterr().out


def test_bench_times_both(artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    model = onnx_model(tmp_path / "m.onnx", 2.0)
    assert run(artifact, "--check=onnxruntime", "--model", model, "--bench=0.05") == 0
    shown = capsys.readouterr().out
    assert re.search(r"sdfg\b.*\d+\.\d{3}.*\d+\.\d{3}.* 1\.00", shown)
    assert re.search(r"onnxruntime\b.*\d+\.\d{3}", shown)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--check=reference"], "error: --check needs --model"),
        (["--check=reference", "--model=no.onnx"], "error: no.onnx: no such file\nhint:"),
        (["--size=bacth=4"], "error: bacth: no size of this model\nhint: it has batch"),
        (["--input=z=z.npy"], "error: z: no input of this model\nhint: it has x"),
    ],
)
def test_errors_are_messages(
    words: list[str], message: str, artifact: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(artifact, *words) == 1
    assert capsys.readouterr().err.startswith(message)


def test_a_missing_artifact_is_named(capsys: pytest.CaptureFixture[str]):
    assert run("nowhere") == 1
    assert capsys.readouterr().err.startswith("error: nowhere: no such file\nhint: sdfg-compile")


def test_a_file_that_is_no_model_is_refused(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "text.onnx"
    path.write_text("no model")
    for peer in ("onnxruntime", "reference"):
        assert run(artifact, f"--check={peer}", "--model", path) == 1
        assert "cannot load it" in capsys.readouterr().err
