"""The report as one HTML page that needs nothing else: tables and plots, for dark and light."""

from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import Any

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.peers import OURS, PEERS
from sdfg.tools.bench.plots import limit_plot, peers_plot, ratio_plot, roofline_plot
from sdfg.tools.bench.results import Report, Row
from sdfg.tools.bench.svg import Plot
from sdfg.tools.bench.table import (
    fraction_text,
    milliseconds,
    ratio_text,
    resources,
    warnings,
)


@dataclass(frozen=True)
class Cell:
    """A latency in the table."""

    text: str
    kind: str
    title: str


@dataclass(frozen=True)
class Section:
    """All rows with one number of threads."""

    threads: int
    rows: list[tuple[Row, list[Cell], str, str]]
    """Row, cells by peer, ratio, share of the limit."""
    plots: list[tuple[str, Plot]]


def to_html(report: Report) -> str:
    """The page. Raises `SDFGError` if jinja2 is not installed."""
    try:
        jinja2: Any = import_module("jinja2")
    except ImportError:
        raise SDFGError(
            "an HTML report needs jinja2\nhint: pip install 'sdfg-toolchain[bench]'"
        ) from None
    template = files("sdfg.tools.bench").joinpath("report.html.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    names = [name for name in PEERS if any(name in row.figures for row in report.rows)]
    most = max((row.threads for row in report.rows), default=0)
    return environment.from_string(template).render(
        report=report,
        peers=[PEERS[name] for name in names],
        sections=[_section(report, threads, names) for threads in report.limits.speeds],
        resources=[(r, resources(r, names)) for r in report.rows if r.threads == most],
        warnings=warnings(report),
    )


def _section(report: Report, threads: int, names: list[str]) -> Section:
    rows = [row for row in report.rows if row.threads == threads]
    plots = {
        "Time of the best peer over ours (right of 1: sdfg is faster)": ratio_plot(rows),
        "Time of each peer as a multiple of ours": peers_plot(rows),
        "Share of the machine's limit; the mark is the best peer": limit_plot(rows, report.limits),
        "Roofline, with the best peer": roofline_plot(rows, report.limits, threads),
    }
    table = [
        (
            row,
            [_cell(row, name) for name in names],
            ratio_text(row),
            fraction_text(row, report.limits),
        )
        for row in rows
    ]
    return Section(threads, table, [(title, plot) for title, plot in plots.items() if plot])


def _cell(row: Row, name: str) -> Cell:
    figures = row.figures.get(name)
    if figures is None:
        return Cell("", "", "")
    if figures.median is None:
        return Cell("-", "failed", figures.failure or "")
    best = row.best_peer
    kinds = ["best"] if best is not None and best.peer == name else []
    kinds += ["ours"] if name == OURS else []
    kinds += [] if figures.agrees else ["wrong"]
    spread = "" if figures.spread is None else f", quartiles within {100 * figures.spread:.0f} %"
    title = f"{len(figures.seconds)} runs{spread}; {figures.agreement or ''}"
    return Cell(milliseconds(figures.median), " ".join(kinds), title)
