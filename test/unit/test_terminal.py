"""How tools end: messages, exit codes, files whole or absent."""

import errno
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.files import replacing, write_text
from sdfg.tools.opt_arguments import spell_out
from sdfg.tools.progress import StageProgress
from sdfg.tools.sdfg_opt import PASSES, main
from sdfg.tools.terminal import reporting


def raising(error: BaseException) -> Callable[[], None]:
    @reporting
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (SDFGError("m.onnx:1:2: 'x' fact\nhint: do"), 1, "error: m.onnx:1:2: 'x' fact\nhint: do\n"),
        (OSError(errno.EACCES, "Permission denied", "a.so"), 1, "error: a.so: Permission denied\n"),
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
    ],
)
def test_errors_of_users_are_messages(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as left:
        raising(error)()
    assert left.value.code == code
    assert capsys.readouterr().err == text


def test_errors_of_ours_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        raising(ZeroDivisionError())()


def test_files_appear_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "new" / "file.txt"

    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(path.parent.iterdir()) == []
    write_text(path, "whole")
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_termination_cleans_up(tmp_path: Path):
    before = signal.getsignal(signal.SIGTERM)

    @reporting
    def terminated() -> None:
        with replacing(tmp_path / "file.txt") as temporary:
            temporary.write_text("half")
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as left:
        terminated()
    assert left.value.code == 143
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_what_is_no_file_is_never_replaced(tmp_path: Path):
    """A device or a pipe is written to; a link stays a link."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_text(pipe, "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert pipe.is_fifo()
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    write_text(link, "behind")
    assert link.is_symlink()
    assert target.read_text() == "behind"


def test_progress_tells_each_stage_on_stderr(capsys: pytest.CaptureFixture[str]):
    with StageProgress() as progress:
        progress("import")
        progress("schedule")
    told = capsys.readouterr()
    assert told.out == ""
    assert re.findall(r"\d+\.\d\d s  (\w+)", told.err) == ["import", "schedule"]
    assert list(progress.seconds) == ["import", "schedule"]
    with StageProgress(quiet=True) as silent:
        silent("import")
    assert capsys.readouterr().err == ""


def test_flags_of_passes_keep_their_order():
    words = ["--cse", "in.mlir", "--dce=a=1,2 b=x", "-p", "cse,dce", "--timing", "--cse"]
    assert spell_out(words, ["cse", "dce"]) == [
        "in.mlir",
        "--timing",
        "--passes=cse,dce{a=1,2 b=x},cse,dce,cse",
    ]


def test_help_names_every_pass_of_ours(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    missing = [name for name in PASSES if name.startswith("sdfg-") and f"--{name}" not in text]
    assert not missing
    assert "examples:" in text


def test_a_failing_pass_leaves_no_output_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, output = tmp_path / "in.mlir", tmp_path / "out.mlir"
    source.write_text("func.func @f() -> i32 {\n  func.return\n}\n")
    with pytest.raises(SystemExit) as left:
        main([str(source), "-o", str(output)])
    assert left.value.code == 1
    assert "error: " in capsys.readouterr().err
    assert not output.exists()


def test_timing_counts_operations(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = tmp_path / "in.mlir"
    same = "arith.addi %x, %x : i32"
    source.write_text(
        f"func.func @f(%x: i32) {{\n  %a = {same}\n  %b = {same}\n  func.return\n}}\n"
    )
    main([str(source), "--cse", "--dce", "--timing"])
    rows = re.findall(r"(cse|dce).*?(\d+)\D+(\d+)\D*$", capsys.readouterr().err, re.MULTILINE)
    assert rows == [("cse", "5", "3"), ("dce", "3", "3")]
