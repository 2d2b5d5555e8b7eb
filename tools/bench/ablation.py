"""What each pass and each transformation of the recipes is good for: a workload without it."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.pipelines import OPTIONAL
from sdfg.tools.bench.peers import OURS, PEERS
from sdfg.tools.bench.peers.peer import PeerEntry
from sdfg.tools.bench.results import Figures, Report, Row
from sdfg.tools.bench.table import milliseconds, thread_count


def variants(names: Sequence[str]) -> tuple[PeerEntry, ...]:
    """
    Our compiler whole, and without each of `names`; without each thing that it can do without if
    there are none. Raises `SDFGError` for a name that it does not know.
    """
    if unknown := sorted({*names} - OPTIONAL):
        known = ", ".join(sorted(OPTIONAL))
        raise SDFGError(f"cannot leave out {', '.join(unknown)}\nhint: one of {known}")
    whole = PEERS[OURS]
    return (
        whole,
        *(
            replace(whole, name=name, title=f"without {name}", options=("--without", name))
            for name in sorted(names or OPTIONAL)
        ),
    )


def print_ablation(report: Report, console: Console) -> None:
    """A table for each workload and number of threads, what matters most first."""
    for row in report.rows:
        console.print(ablation_table(row))


def ablation_table(row: Row) -> Table:
    """How much longer a run takes without each part, and what it costs to compile."""
    table = Table(title=f"{row.title}, {thread_count(row.threads)}")
    table.add_column("without", no_wrap=True)
    for column in ("ms", "times as long", "compile, CPU s", "artifact, MiB"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("largest difference")
    ours = row.figures[OURS]
    parts = [figures for figures in row.figures.values() if figures is not ours]
    parts.sort(key=lambda figures: figures.median or float("inf"), reverse=True)
    for figures in (ours, *parts):
        table.add_row("nothing" if figures is ours else figures.peer, *_cells(figures, ours))
    return table


def _cells(figures: Figures, ours: Figures) -> tuple[str, ...]:
    if figures.median is None:
        return "-", "-", "-", "-", figures.failure or ""
    ratio = "-" if ours.median is None else f"{figures.median / ours.median:.2f}"
    seconds = "-" if figures.usage is None else f"{figures.usage.cpu_seconds:.1f}"
    size = f"{figures.artifact_bytes / 2**20:.2f}"
    return milliseconds(figures.median), ratio, seconds, size, figures.agreement or ""
