"""The report as tables on a terminal."""

from rich.console import Console
from rich.table import Table

from sdfg.tools.bench.limits import Limits
from sdfg.tools.bench.peers import OURS, PEERS
from sdfg.tools.bench.results import Figures, Report, Row

_NOTHING = "-"
_DISTURBED = 0.05
"""Share of the CPU time of others above which times are not to be trusted."""


def print_report(report: Report, console: Console) -> None:
    """Limits, latencies, what else was measured, and why figures are missing."""
    names = [name for name in PEERS if any(name in row.figures for row in report.rows)]
    console.print(limits_table(report))
    console.print(latency_table(report, names))
    console.print(resources_table(report, names))
    for line in warnings(report):
        console.print(line, markup=False, soft_wrap=True)


def limits_table(report: Report) -> Table:
    """What the machine can do."""
    table = Table(title=report.machine)
    for column in ("threads", "FMA, GFLOP/s", "DRAM read, GB/s", "triad", "L3", "L2"):
        table.add_column(column, justify="right")
    for threads, s in report.limits.speeds.items():
        speeds = (s.flops, s.dram_read, s.dram_triad, s.l3, s.l2)
        table.add_row(str(threads), *(f"{speed / 1e9:.1f}" for speed in speeds))
    return table


def latency_table(report: Report, names: list[str]) -> Table:
    """A row per workload and number of threads; the fastest peer is bold."""
    table = Table(title="median latency, ms; ratio = best peer / sdfg (above 1: sdfg is faster)")
    table.add_column("workload", no_wrap=True)
    for column in ("threads", *(PEERS[name].short for name in names), "ratio", "of limit"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in report.rows:
        best = row.best_peer
        cells = [
            _latency(row.figures.get(name), best is not None and best.peer == name)
            for name in names
        ]
        table.add_row(
            row.workload,
            str(row.threads),
            *cells,
            ratio_text(row),
            fraction_text(row, report.limits),
        )
    return table


def summary(row: Row) -> str:
    """A line about `row`, for when it is done."""
    ours, best = row.figures[OURS], row.best_peer
    parts = [f"sdfg {ours.failure}" if row.ours is None else f"sdfg {milliseconds(row.ours)} ms"]
    if best is not None and best.median is not None:
        parts.append(f"{PEERS[best.peer].title} {milliseconds(best.median)} ms")
    if row.ratio is not None:
        parts.append(f"ratio {row.ratio:.2f}")
    return f"{row.workload}, {thread_count(row.threads)}: {', '.join(parts)}"


def thread_count(threads: int) -> str:
    return f"{threads} thread" + ("s" if threads > 1 else "")


def ratio_text(row: Row) -> str:
    return _NOTHING if row.ratio is None else f"{row.ratio:.2f}"


def fraction_text(row: Row, limits: Limits) -> str:
    fraction = row.fraction_of_limit(limits)
    return _NOTHING if fraction is None else f"{100 * fraction:.0f} %"


def _latency(figures: Figures | None, best: bool) -> str:
    if figures is None:
        return ""
    if figures.median is None:
        return _NOTHING
    text = milliseconds(figures.median)
    text = f"[bold]{text}[/bold]" if best else text
    return text if figures.agrees else f"{text} (!)"


def milliseconds(seconds: float) -> str:
    """Three digits that matter."""
    value = 1e3 * seconds
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def resources_table(report: Report, names: list[str]) -> Table:
    """What compiling, starting and shipping takes; for the largest number of threads."""
    table = Table(title="what else it takes")
    for column in ("workload", ""):
        table.add_column(column, no_wrap=True)
    for name in names:
        table.add_column(PEERS[name].short, justify="right", no_wrap=True)
    most = max((row.threads for row in report.rows), default=0)
    for row in report.rows:
        if row.threads != most:
            continue
        first = row.workload
        for title, cells in resources(row, names).items():
            if any(cell != _NOTHING for cell in cells):
                table.add_row(first, title, *cells)
                first = ""
        table.add_section()
    return table


def resources(row: Row, names: list[str]) -> dict[str, list[str]]:
    """The figures beside the latency, a line of cells for each kind."""
    figures = [row.figures.get(name) for name in names]
    return {
        "compile, CPU s": [
            _cell(f and f.usage and f.usage.cpu_seconds, 1, "{:.1f}") for f in figures
        ],
        "compile peak, MiB": [
            _cell(f and f.usage and f.usage.peak_bytes, 2**20, "{:.0f}") for f in figures
        ],
        "run peak, MiB": [_cell(f and f.peak_bytes, 2**20, "{:.0f}") for f in figures],
        "artifact, MiB": [_cell(f and f.artifact_bytes, 2**20, "{:.2f}") for f in figures],
        "start to result, ms": [
            _cell(f and f.startup and f.startup.seconds, 1e-3, "{:.0f}") for f in figures
        ],
        "start peak, MiB": [
            _cell(f and f.startup and f.startup.peak_bytes, 2**20, "{:.0f}") for f in figures
        ],
    }


def _cell(value: float | Figures | None, unit: float, form: str) -> str:
    return form.format(value / unit) if isinstance(value, int | float) and value else _NOTHING


def warnings(report: Report) -> list[str]:
    """What is wrong with the report as a whole, and its failures."""
    if report.others is None or report.others < _DISTURBED:
        return failures(report)
    share = f"{100 * report.others:.0f} %"
    return [f"other processes took {share} of the CPU time meanwhile", *failures(report)]


def failures(report: Report) -> list[str]:
    """Each reason once, with what it concerns."""
    found: dict[str, list[str]] = {}
    for row in report.rows:
        for figures in row.figures.values():
            title = PEERS[figures.peer].title
            reasons = {
                f"{title}: {figures.failure}": figures.failure is not None,
                f"{title} disagrees with sdfg: {figures.agreement}": not figures.agrees,
                f"{title}, start-up: {figures.startup_failure}": figures.startup_failure
                is not None,
            }
            for reason, holds in reasons.items():
                if holds:
                    found.setdefault(reason, []).append(f"{row.workload}/{row.threads}")
    return [f"{reason} ({', '.join(where)})" for reason, where in found.items()]
