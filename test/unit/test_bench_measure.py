"""The benchmark at work on a small model: workers, comparison, times, start-up, command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from rich.console import Console
from unit.benchmarking import LIMITS, figures, report, small_files

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench import measure as measuring
from sdfg.tools.bench import peers, workloads
from sdfg.tools.bench.ablation import ablation_table, print_ablation, variants
from sdfg.tools.bench.limits import measure_limits
from sdfg.tools.bench.measure import Plan, measure
from sdfg.tools.bench.peers.kept import kept_artifact
from sdfg.tools.bench.peers.peer import MissingPeerError, PeerError, Task, required
from sdfg.tools.bench.processes import WorkerError, WorkerProcess
from sdfg.tools.bench.results import Figures, Report, Row
from sdfg.tools.bench.startup import measure_startup
from sdfg.tools.bench.usage import Measuring
from sdfg.tools.sdfg_bench import main, parse_threads


def test_peers_are_compared_timed_and_started(tmp_path: Path) -> None:
    files = small_files(tmp_path)
    chosen = peers.choose(["onnxruntime"])
    found = measure(files, chosen, 1, Plan(0.05, 120.0, tmp_path / "kept"))
    for name in ("sdfg", "onnxruntime"):
        one = found.figures[name]
        assert (one.failure, one.agrees) == (None, True)
        assert one.usage is not None
        assert one.usage.cpu_seconds > 0
        assert min(one.artifact_bytes, one.peak_bytes, len(one.seconds)) > 0
    assert set(found.artifacts) == {"sdfg"}
    measure_startup(files, found.figures, found.artifacts, 1)
    for one in found.figures.values():
        assert one.startup_failure is None
        assert one.startup is not None
        assert one.startup.seconds > 0


def test_artifacts_are_kept_until_something_changes(tmp_path: Path) -> None:
    made: list[Path] = []

    def compile_into(folder: Path) -> None:
        made.append(folder)
        (folder / "model.so").write_text(f"{len(made)}")
        if len(made) == 3:
            raise PeerError("cannot")

    def kept(identity: str) -> str:
        task = Task(small_files(tmp_path), 1, tmp_path / "kept", tmp_path)
        folder, usage = kept_artifact(task, "some-peer", [identity], compile_into)
        assert usage.seconds > 0
        return (folder / "model.so").read_text()

    assert [kept("one"), kept("one"), kept("two"), kept("one")] == ["1", "1", "2", "1"]
    with pytest.raises(PeerError, match="cannot"):
        kept("three")
    assert kept("three") == "4"
    assert len(list((tmp_path / "kept" / "some-peer").iterdir())) == 3
    kept("four")
    assert len(list((tmp_path / "kept" / "some-peer").iterdir())) == 3  # the oldest is gone


def test_reasons_of_failing_peers_are_kept(tmp_path: Path) -> None:
    files = small_files(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    found = measure(files, peers.choose(["torch"]), 1, Plan(0.01, 120.0, tmp_path / "kept"))
    assert (found.figures["sdfg"].failure or "").startswith("sdfg-compile: status 1: ")
    assert "No module named 'no'" in (found.figures["torch"].failure or "")
    assert not list((tmp_path / "kept").rglob("usage.json"))


def _worker() -> psutil.Process:
    """The only worker among the children of this process."""
    children = psutil.Process().children()
    (worker,) = (child for child in children if "sdfg.tools.bench.worker" in child.cmdline())
    return worker


_ABANDONED = """
import os, signal, sys
from sdfg.tools.bench import peers
from sdfg.tools.bench.processes import WorkerError, WorkerProcess
worker = WorkerProcess(peers.PEERS["onnxruntime"], 1, 60.0)
try:
    worker.ask("nothing that it knows")
except WorkerError:
    print(worker._process.pid, flush=True)
sys.stdin.read()
"""


def test_a_killed_benchmark_leaves_no_stopped_worker() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _ABANDONED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        assert worker.status() == psutil.STATUS_STOPPED
        parent.kill()
    psutil.wait_procs([worker], timeout=30)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def test_idle_workers_are_stopped_and_leave_nothing(tmp_path: Path) -> None:
    with WorkerProcess(peers.PEERS["onnxruntime"], 1, 60.0) as worker:
        worker.prepare(small_files(tmp_path), tmp_path)
        child = _worker()
        assert child.status() == psutil.STATUS_STOPPED
        assert len(worker.ask("run", warm=0.0, seconds=0.0)["seconds"]) == 1
        with pytest.raises(WorkerError, match="AttributeError"):
            worker.ask("nonsense")
    assert not psutil.pid_exists(child.pid)


def test_workers_that_die_or_hang_are_reported(tmp_path: Path) -> None:
    with WorkerProcess(peers.PEERS["onnxruntime"], 1, 60.0) as worker:
        child = _worker()
        child.kill()
        with pytest.raises(WorkerError, match="ended with signal 9"):
            worker.ask("run", warm=0, seconds=0)
    files = small_files(tmp_path)
    with (
        WorkerProcess(peers.PEERS["torch"], 1, 0.1) as worker,
        pytest.raises(WorkerError, match="longer"),
    ):
        worker.prepare(files, tmp_path)


def test_ablation_compares_with_ourselves(tmp_path: Path) -> None:
    files = small_files(tmp_path)
    chosen = variants(["vectorize", "fuse-maps"])
    assert [one.name for one in chosen] == ["sdfg", "fuse-maps", "vectorize"]
    found = measure(files, chosen, 1, Plan(0.01, 120.0, tmp_path / "kept")).figures
    assert all(one.agrees and one.failure is None for one in found.values())
    assert ablation_table(Row("small", "a small one", 1, files.cost, found)).row_count == 3
    assert {one.agreement is None for one in found.values()} == {True, False}
    with pytest.raises(SDFGError, match=r"cannot leave out no, so\nhint: one of accumulate, "):
        variants(["so", "no", "tile"])


def test_ablation_shows_what_matters_first(capsys: pytest.CaptureFixture[str]) -> None:
    row = report().rows[0]
    row.figures |= {"tile": figures("tile", 9.0), "stage": Figures("stage", failure="cannot")}
    print_ablation(Report("", "", {}, LIMITS, [row]), Console(width=100))
    shown = [line.split() for line in capsys.readouterr().out.splitlines() if "│" in line]
    assert [line[1] for line in shown] == ["nothing", "stage", "tile", "onnxruntime"]
    assert shown[2][3:6:2] == ["9000", "4.50"]


def test_limits_of_this_machine() -> None:
    limits = measure_limits((1,))
    speeds = limits.speeds[1]
    assert speeds.flops > 1e8
    assert min(speeds.l2, speeds.l3, speeds.dram_read, speeds.dram_triad) > 1e7


def test_what_disagrees_is_named() -> None:
    judge = vars(measuring)["_judge"]
    right, wrong = np.ones(4, np.float32), np.array([1, 1, 2, 1], np.float32)
    found = Figures("iree")
    judge(found, [right, wrong], [right, right])
    assert not found.agrees
    assert (found.agreement or "").startswith("result 1: 2.0 instead of 1.0 at [2]")
    judge(found, [right], [right, right])
    assert found.agreement == "1 results instead of 2"


def test_usage_counts_children() -> None:
    with Measuring() as measuring:
        code = "import time; x = bytearray(300 << 20); time.sleep(0.2)"
        subprocess.run([sys.executable, "-c", code], check=True)
    assert measuring.usage.seconds > 0.2
    assert measuring.usage.cpu_seconds > 0.01
    assert measuring.usage.peak_bytes > 300 << 20


def test_peers_that_are_not_installed_say_so() -> None:
    with pytest.raises(MissingPeerError, match="not installed: some-peer"):
        required("no_such_module_at_all", "some-peer")


def test_workloads_are_chosen_by_name_and_by_group() -> None:
    names = [workload.name for workload in workloads.choose(["softmax", "gemm"])]
    assert names == ["gemm-512", "gemm-1024", "gemm-2048", "softmax"]
    assert len(workloads.choose([])) == len(workloads.WORKLOADS)
    with pytest.raises(SDFGError, match=r"no workload 'gem'\nhint: the workloads are gemm-512, "):
        workloads.choose(["gem"])
    with pytest.raises(SDFGError, match=r"no peer 'ort'\nhint: the peers are sdfg, onnxruntime"):
        peers.choose(["ort"])


@pytest.mark.parametrize("workload", workloads.WORKLOADS.values(), ids=lambda w: w.name)
def test_workloads_have_definitions(workload: workloads.Workload) -> None:
    pytest.importorskip("torch")
    module, _, function = workload.entry.partition(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_command_line_lists_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--list"])
    assert "gpt2-decode" in capsys.readouterr().out
    for arguments, message in (
        (["nonsense"], "no workload 'nonsense'"),
        (["mlp-1", "--peers", "nonsense"], "no peer 'nonsense'"),
        (["mlp-1", "--threads", "two"], "--threads takes numbers"),
        (["mlp-1", "--ablation", "--peers", "iree"], "--ablation has no other peers"),
        (["mlp-1", "--ablation", "--without", "speed"], "cannot leave out speed"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert message in capsys.readouterr().err
    assert parse_threads("3,1,3") == (3, 1)
