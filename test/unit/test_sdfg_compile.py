"""`sdfg-compile` as a user calls it: what appears, what is said, what is left after an error."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from models.onnx_small import mlp

from sdfg.tools.sdfg_compile import main as sdfg_compile
from sdfg.tools.sdfg_opt import main as sdfg_opt
from sdfg.tools.sdfg_run import main as sdfg_run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.onnx"
    path.write_bytes(mlp().SerializeToString())
    return path


def run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        sdfg_compile([str(word) for word in words])
    return int(left.value.code or 0)


def test_a_model_becomes_files_that_run(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder = tmp_path / "build" / "net"
    assert run(model, "-o", folder, "--report") == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == str(folder / "net.so")
    assert "s  import\n" in told.out
    assert "lines of C" in told.out
    assert told.err == ""
    assert {"net.so", "net.h", "net.json", "net.safetensors"} <= set(os.listdir(folder))
    assert [p.name for p in folder.parent.iterdir()] == ["net"]
    with pytest.raises(SystemExit) as left:
        sdfg_run([str(folder), "--size=batch=5", "--check=onnxruntime", f"--model={model}"])
    assert left.value.code in (0, None), capsys.readouterr().out


def test_a_saved_torch_program_runs_like_torch(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    torch: Any = pytest.importorskip("torch")
    torch.manual_seed(3)
    layers = torch.nn.Sequential(torch.nn.Linear(6, 9), torch.nn.GELU(), torch.nn.Linear(9, 4))
    batch = {0: torch.export.Dim("batch", min=2, max=64)}
    program = torch.export.export(layers, (torch.randn(3, 6),), dynamic_shapes=(batch,))
    saved = tmp_path / "layers.pt2"
    torch.export.save(program, saved)
    assert run(saved, "-q", "-o", tmp_path / "out") == 0
    with pytest.raises(SystemExit) as left:
        sdfg_run([f"{tmp_path}/out", "--size=s0=5", "--check=reference", f"--model={saved}"])
    shown = capsys.readouterr().out
    assert left.value.code in (0, None), shown
    assert "5x4" in shown
    assert "agrees with reference" in shown


def test_the_name_is_the_prefix(model: Path, tmp_path: Path):
    assert run(model, "-q", "-o", tmp_path / "out", "--name", "my-net") == 0
    assert "my_net_run(" in (tmp_path / "out" / "my_net.h").read_text()


@pytest.mark.parametrize("stage", ["linalg", "sdfg", "mapped"])
def test_stages_are_text_that_sdfg_opt_reads(
    stage: str, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(model, "-q", f"--emit={stage}") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    text = tmp_path / "net.mlir"
    assert run(model, "-q", f"--emit={stage}", "-o", text) == 0
    assert text.read_text() == shown.out
    sdfg_opt([str(text)])
    assert capsys.readouterr().out


def test_passes_and_transformations_can_be_left_out(
    model: Path, capsys: pytest.CaptureFixture[str]
):
    assert (
        run(model, "-q", "--emit=mapped", "--without=vectorize", "--without=sdfg-outline-maps") == 0
    )
    shown = capsys.readouterr().out
    assert "recipe = " not in shown
    assert "sdfg.call" not in shown
    assert run(model, "-q", "--without=from-linalg") == 1
    assert "cannot leave out from-linalg\nhint: one of accumulate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--without=stge", "cannot leave out stge"),
        ("--vector-bytes=24", "vectors have 4, 8, 16, ... bytes, got 24"),
        ("--march=abacus", "does not know the machine 'abacus'"),
    ],
)
def test_options_are_checked_before_the_model(
    option: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "net.onnx").write_bytes(b"no model")
    assert run(tmp_path / "net.onnx", option) == 1
    assert message in errors_of(capsys)


def test_c_is_shown(model: Path, capsys: pytest.CaptureFixture[str]):
    assert run(model, "-q", "--emit=c", "-o", "-") == 0
    assert "int net_run(net_context *" in capsys.readouterr().out


def errors_of(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on stderr, without the lines of the progress."""
    lines = capsys.readouterr().err.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("  "))


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]):
    assert run("nowhere.onnx") == 1
    assert capsys.readouterr().err.startswith("error: nowhere.onnx: no such file\nhint: ")


@pytest.mark.parametrize("kind", [".onnx", ".pt2"])
def test_what_is_no_model_leaves_nothing(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / f"text{kind}"
    path.write_text("this is no model")
    assert run(path, "-o", tmp_path / "out") == 1
    assert errors_of(capsys).startswith(f"error: {path}")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_file_in_place_of_the_folder_is_kept(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    taken = tmp_path / "taken"
    taken.write_text("precious")
    assert run(model, "-o", taken) == 1
    assert errors_of(capsys) == (
        f"error: {taken}: is no folder\nhint: name a folder for the artifact with -o\n"
    )
    assert taken.read_text() == "precious"


def test_without_a_compiler_nothing_is_left(
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("CC", "no-such-compiler")
    assert run(model, "-o", tmp_path / "out") == 1
    error = errors_of(capsys)
    assert "'no-such-compiler' is not on the PATH" in error
    assert "hint: install gcc or clang" in error
    assert [p.name for p in tmp_path.iterdir()] == [model.name]


@pytest.mark.parametrize("delay", [0.5, 2.0])
def test_an_interrupt_leaves_nothing(delay: float, model: Path, tmp_path: Path):
    """Ctrl-C, once early and once while passes or the C compiler run: exit code 130."""
    script = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored\n"
        "from sdfg.tools.sdfg_compile import main\n"
        "main()"
    )
    command = [sys.executable, "-c", script, str(model), "-o", str(tmp_path / "out")]
    slow = tmp_path / "slow-cc"
    slow.write_text(
        '#!/bin/sh\ncase "$*" in *probe.c*);; *-c*|*.so*) sleep 60;; esac\nexec gcc "$@"\n'
    )
    slow.chmod(0o755)
    environment = {**os.environ, "CC": str(slow), "SDFG_CACHE_DIR": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first stage has ended
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGINT)
        error = process.stderr.read()
        assert process.wait(timeout=30) == 130, error
    assert error.endswith("error: interrupted\n")
    left = {p.name for p in tmp_path.iterdir()} - {"cache", "slow-cc"}
    assert left == {model.name}
