"""A run of the benchmark from its choices to its report."""

import datetime
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.cost import Cost
from sdfg.tools.bench.limits import better, measure_limits
from sdfg.tools.bench.measure import Plan, measure
from sdfg.tools.bench.models import model_files
from sdfg.tools.bench.peers.peer import PeerEntry
from sdfg.tools.bench.results import Figures, Report, Row
from sdfg.tools.bench.startup import measure_startup
from sdfg.tools.bench.table import thread_count
from sdfg.tools.bench.usage import Disturbance
from sdfg.tools.bench.workload import Workload

Progress = Callable[[str], None]

_PACKAGES = ("onnxruntime", "openvino", "iree-base-compiler", "iree-base-runtime", "torch")


@dataclass(frozen=True)
class Session:
    """What to measure, and how."""

    workloads: tuple[Workload, ...]
    peers: tuple[PeerEntry, ...]
    threads: tuple[int, ...]
    plan: Plan
    models: Path
    """Folder for exported models."""
    startup: bool | None = None
    """Whether to measure start-up; None leaves it to the workload."""


def run_session(
    session: Session,
    progress: Progress = lambda _: None,
    keep: Callable[[Report], None] = lambda _: None,
) -> Report:
    """
    Measure everything. A workload or peer that fails is in the report with its reason.

    `keep` gets what there is after each workload, so that interruption does not lose it.
    """
    progress("measuring the machine")
    limits = measure_limits(session.threads)
    date = datetime.datetime.now().astimezone().isoformat(timespec="minutes")
    disturbance = Disturbance()
    report = Report(date, machine_name(), versions(), limits, [])
    for workload in session.workloads:
        report.rows.extend(_rows(session, workload, progress))
        report.others = disturbance.share()
        keep(report)
    progress("measuring the machine again")
    report.limits = better(limits, measure_limits(session.threads))
    keep(report)
    return report


def _rows(session: Session, workload: Workload, progress: Progress) -> list[Row]:
    progress(f"{workload.name}: making the model")
    try:
        model = model_files(workload, session.models)
    except SDFGError as error:
        reason = str(error).partition("\n")[0]
        failed = {entry.name: Figures(entry.name, failure=reason) for entry in session.peers}
        none = Cost(0, 0)
        return [Row(workload.name, workload.title, n, none, failed) for n in session.threads]
    rows: list[Row] = []
    plan = replace(session.plan, options=(*workload.options, *session.plan.options))
    for threads in session.threads:
        where = f"{workload.name}, {thread_count(threads)}"
        measured = measure(
            model, session.peers, threads, plan, lambda text: progress(f"{where}: {text}")
        )
        figures = measured.figures
        if session.startup or (session.startup is None and workload.startup):
            progress(f"{where}: start-up")
            measure_startup(model, figures, measured.artifacts, threads)
        rows.append(Row(workload.name, workload.title, threads, model.cost, figures))
    return rows


def machine_name() -> str:
    """The CPU and the compiler."""
    cpu = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(x.partition(":")[2].strip() for x in lines if x.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{cpu}, {find_compiler().version}"


def versions() -> dict[str, str]:
    """Of all peers that are installed."""
    found: dict[str, str] = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
