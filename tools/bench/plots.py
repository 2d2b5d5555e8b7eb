"""The plots of the report: how peers compare, how near the limits are, the roofline."""

from collections.abc import Sequence

from sdfg.tools.bench.limits import Limits
from sdfg.tools.bench.peers import OURS, PEERS
from sdfg.tools.bench.results import Figures, Row
from sdfg.tools.bench.svg import LogAxis, Plot
from sdfg.tools.bench.table import milliseconds

_LABEL, _LINE = 100.0, 14.0
"""Width and height of a label."""
_WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM, _STEP = 860.0, 150.0, 60.0, 10.0, 34.0, 22.0


def peers_plot(rows: Sequence[Row]) -> Plot | None:
    """A line per workload: the time of each peer as a multiple of ours. Left of 1 we lose."""
    rows = [row for row in rows if row.ours]
    points = [(i, row, f) for i, row in enumerate(rows) for f in row.figures.values()]
    multiples = [_multiple(row, f) for _, row, f in points]
    known = [multiple for multiple in multiples if multiple is not None]
    if not known:
        return None
    plot = _frame("time of each peer as a multiple of ours", len(rows))
    axis = LogAxis.around([*known, 0.8, 1.25], _LEFT, _WIDTH - _RIGHT)
    _vertical_grid(plot, axis, "{:g} x")
    _upright(plot, "unit", axis.at(1))
    for i, row in enumerate(rows):
        _row_label(plot, i, row.workload)
    for (i, row, figures), multiple in zip(points, multiples, strict=True):
        if multiple is None:
            continue
        title = f"{row.title}: {PEERS[figures.peer].title}, {milliseconds(figures.median or 0)} ms"
        kind = f"peer-{figures.peer}" + ("" if figures.agrees else " wrong")
        radius = 5.5 if figures.peer == OURS else 4.5
        plot.add("circle", title, cx=axis.at(multiple), cy=_middle(i), r=radius, kind=kind)
    return plot


def _multiple(row: Row, figures: Figures) -> float | None:
    return None if not row.ours or figures.median is None else figures.median / row.ours


def ratio_plot(rows: Sequence[Row]) -> Plot | None:
    """Bars: the time of the best peer over ours, from 1; to the right we are faster."""
    found = [(row, row.ratio) for row in rows if row.ratio is not None]
    if not found:
        return None
    plot = _frame("time of the best peer over ours", len(found))
    axis = LogAxis.around([*(r for _, r in found if r), 0.8, 1.25], _LEFT, _WIDTH - _RIGHT)
    _vertical_grid(plot, axis, "{:g}")
    for i, (row, ratio) in enumerate(found):
        assert ratio is not None
        best = row.best_peer
        title = f"{row.title}: best is {PEERS[best.peer].title}" if best else row.title
        left, right = sorted((axis.at(1), axis.at(ratio)))
        kind = "faster" if ratio >= 1 else "slower"
        plot.add("rect", title, x=left, y=_middle(i) - 7, width=right - left, height=14, kind=kind)
        _row_label(plot, i, row.workload)
        plot.text(right + 5, _middle(i) + 4, f"{ratio:.2f}", kind="value")
    _upright(plot, "unit", axis.at(1))
    return plot


def limit_plot(rows: Sequence[Row], limits: Limits) -> Plot | None:
    """Bars: the least possible time over ours, and a mark for the best peer."""
    found = [(row, row.fraction_of_limit(limits)) for row in rows]
    found = [(row, fraction) for row, fraction in found if fraction]
    if not found:
        return None
    plot = _frame("share of the machine's limit", len(found))
    scale = (_WIDTH - _RIGHT - _LEFT) / max(1.0, *(fraction or 0 for _, fraction in found))
    for percent in (0, 25, 50, 75, 100):
        x = _LEFT + scale * percent / 100
        _upright(plot, "grid", x)
        plot.text(x, plot.height - 14, f"{percent} %", kind="tick", text_anchor="middle")
    for i, (row, fraction) in enumerate(found):
        width = scale * (fraction or 0)
        plot.add("rect", row.title, x=_LEFT, y=_middle(i) - 7, width=width, height=14, kind="ours")
        _row_label(plot, i, row.workload)
        best = row.best_peer
        other = None if best is None else row.fraction_of_limit(limits, best.peer)
        if best is not None and other is not None:
            x, y = _LEFT + scale * other, _middle(i)
            title = f"{row.title}: {PEERS[best.peer].title}, {100 * other:.0f} %"
            plot.line(f"mark peer-{best.peer}", x, y - 9, x, y + 9, title)
    return plot


def roofline_plot(rows: Sequence[Row], limits: Limits, threads: int) -> Plot | None:
    """
    FLOP/s over FLOPs per byte, with a roof for each memory.

    Workloads without products have no FLOPs to count and are left out.
    """
    found = [row for row in rows if row.ours and row.cost.flops and row.threads == threads]
    if not found:
        return None
    speeds = limits.speeds[threads]
    width, height = _WIDTH, 460.0
    plot = Plot(width, height, "roofline")
    intensities = [row.cost.flops / row.cost.bytes for row in found]
    reached = [row.cost.flops / (row.ours or 1) for row in found]
    across = LogAxis(min(*intensities, 1) / 2, max(intensities) * 2, 70, width - _LABEL - 30)
    roofs = {"L2": speeds.l2, "L3": speeds.l3, "DRAM": max(speeds.dram_read, speeds.dram_triad)}
    up = LogAxis(min(reached) / 2, max(speeds.flops, *reached) * 1.5, height - 40, 12)
    _roofline_grid(plot, across, up)
    for name, bandwidth in roofs.items():
        _roof(plot, across, up, name, bandwidth, speeds.flops)
    places = [(across.at(i), up.at(f)) for i, f in zip(intensities, reached, strict=True)]
    _roofline_labels(plot, across.end + 12, [row.workload for row in found], places)
    for row, (x, y) in zip(found, places, strict=True):
        _roofline_points(plot, x, y, up, row)
    return plot


def _roofline_grid(plot: Plot, across: LogAxis, up: LogAxis) -> None:
    for tick in across.ticks():
        x = across.at(tick)
        plot.line("grid", x, up.end, x, up.start)
        plot.text(x, up.start + 16, f"{tick:g}", kind="tick", text_anchor="middle")
    for tick in up.ticks():
        y = up.at(tick)
        plot.line("grid", across.start, y, across.end, y)
        plot.text(across.start - 6, y + 4, f"{tick / 1e9:g}", kind="tick", text_anchor="end")
    plot.text(across.end, plot.height - 6, "FLOP per byte", kind="tick", text_anchor="end")
    plot.text(across.start + 6, up.end + 10, "GFLOP/s", kind="tick")


def _roof(
    plot: Plot, across: LogAxis, up: LogAxis, name: str, bandwidth: float, peak: float
) -> None:
    """The lower of `bandwidth` times intensity and `peak`, inside of the axes."""
    low = max(across.low, up.low / bandwidth)
    bend = peak / bandwidth
    corners = [(low, low * bandwidth), (bend, peak), (across.high, peak)]
    path = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y in corners)
    plot.add("polyline", f"{name}: {bandwidth / 1e9:.0f} GB/s", points=path, kind="roof")
    x, y = across.at(low), up.at(low * bandwidth)
    plot.text(x + 4, y - 4, f"{name} {bandwidth / 1e9:.0f} GB/s", kind="tick")


def _roofline_labels(
    plot: Plot, x: float, names: Sequence[str], places: Sequence[tuple[float, float]]
) -> None:
    """All names below each other at `x`, in the order of their points, with a line to each."""
    order = sorted(range(len(names)), key=lambda i: (places[i][1], places[i][0]))
    low = _LINE
    for behind, i in zip(range(len(order), 0, -1), order, strict=True):
        low = max(low, min(places[i][1], plot.height - 40 - behind * _LINE))
        plot.line("grid", *places[i], x - 4, low)
        plot.text(x, low + 4, names[i], kind="value")
        low += _LINE


def _roofline_points(plot: Plot, x: float, y: float, up: LogAxis, row: Row) -> None:
    """Ours, the best peer's, a line between."""
    best = row.best_peer
    if best is not None and best.median is not None:
        other = max(up.low, row.cost.flops / best.median)
        title = f"{row.title}: {PEERS[best.peer].title}"
        plot.line("grid", x, y, x, up.at(other))
        plot.add("circle", title, cx=x, cy=up.at(other), r=4, kind=f"peer-{best.peer}")
    plot.add("circle", f"{row.title}: sdfg", cx=x, cy=y, r=5, kind=f"peer-{OURS}")


def _frame(name: str, rows: int) -> Plot:
    return Plot(_WIDTH, _TOP + rows * _STEP + _BOTTOM, name)


def _middle(row: int) -> float:
    return _TOP + (row + 0.5) * _STEP


def _row_label(plot: Plot, row: int, text: str) -> None:
    plot.text(_LEFT - 10, _middle(row) + 4, text, kind="label", text_anchor="end")


def _upright(plot: Plot, kind: str, x: float) -> None:
    """A vertical line through all rows."""
    plot.line(kind, x, _TOP, x, plot.height - _BOTTOM + 4)


def _vertical_grid(plot: Plot, axis: LogAxis, form: str) -> None:
    for tick in axis.ticks():
        x = axis.at(tick)
        _upright(plot, "grid", x)
        plot.text(x, plot.height - 14, form.format(tick), kind="tick", text_anchor="middle")
