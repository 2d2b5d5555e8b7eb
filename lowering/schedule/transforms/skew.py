"""Two loops that carry dependences, run along their diagonals."""

from dataclasses import dataclass
from typing import ClassVar

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.dependences import Dependence, Dependences
from sdfg.dialect.analysis.distances import Distance
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    only_child,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.reasons import carried
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import substitute


@dataclass(frozen=True)
class SkewPass(Transformation):
    """
    Run two loops that need each other's results along diagonals (wavefronts), each a map.

    Before, and after `sdfg-skew{loops=i,j into=w}`:

    ```
    for [i = 1:N] { for [j = 1:M] { A[i, j] = f(A[i - 1, j], A[i, j - 1]) } }

    for [w = 0:N + M - 3] {
      map [i = max(w - M + 2, 0) + 1:min(N - 1, w + 1) + 1] { A[i, w - i + 2] = f(..) }
    }
    ```

    A diagonal holds the points with the same `s * i + j`. The slope `s` is the smallest with which
    every dependence leads from a diagonal to a later one, by the distances of the analysis. Refused
    where no slope does that, where the range of the inner loop moves with the outer one, and where
    one of the loops is parallel as it is.
    """

    name = "sdfg-skew"
    orders: ClassVar[bool] = True

    loops: tuple[str, ...]
    """The outer and the inner loop, perfectly nested."""
    into: str = "wave"
    """Name of the loop over diagonals; the map over the points of one has the name of the outer."""

    def __post_init__(self) -> None:
        if len(self.loops) != 2:
            raise ValueError(f"{self.name}: loops are two, got {', '.join(self.loops)}")

    def rewrite(self, nest: Nest) -> None:
        name = nest.name(self.loops[1])
        pairs: list[tuple[Loop, Loop, int]] = []
        for outer in nest.loops(self.loops[0]):
            inner = only_child(outer)
            if not isinstance(inner, Loop) or parameter(inner) != name:
                refuse(f"loop {self.loops[0]} holds more than loop {self.loops[1]}")
            pairs.append((outer, inner, slope(nest, outer, inner)))
        wave = nest.define(self.into)
        for outer, inner, factor in pairs:
            nest.replace(outer, [skewed(outer, inner, factor, wave)])


def slope(nest: Nest, outer: Loop, inner: Loop) -> int:
    """The smallest slope of diagonals that run one after the other. Raises `Refused`."""
    first, second = parameter(outer), parameter(inner)
    if range_of(outer).step != 1 or range_of(inner).step != 1:
        refuse(f"the steps of loops {first} and {second} are not 1")
    if first in symbolic.symbols_of(*range_of(inner).exprs):
        refuse(f"the range of loop {second} moves with loop {first}")
    root = next(r for r in nest.roots if r.is_ancestor(outer))
    assert isinstance(root, Loop)
    needed: list[int] = []
    by_inner = False
    for dependence in Dependences.of(root, promised=True).all:
        distance = within(dependence, outer)
        if distance is None or dependence.kind == "reduction":
            continue
        if distance[0] == 0:
            by_inner = True
        else:
            needed.append(least_slope(dependence, distance, first))
    if not by_inner:
        refuse(f"loop {second} is parallel as it is")
    factor = max(needed, default=0)
    if factor == 0:
        refuse(f"loop {first} is parallel for each {second}")
    return factor


def within(dependence: Dependence, outer: Operation) -> tuple[Distance, Distance] | None:
    """By how much `outer` and the loop in it grow; None unless one of them carries it."""
    ops = [loop.op for loop in dependence.loops]
    if outer not in ops:
        return None
    level = ops.index(outer)  # pyright: ignore[reportArgumentType]
    if len(ops) < level + 2 or any(d != 0 for d in dependence.distance[:level]):
        return None
    pair = dependence.distance[level], dependence.distance[level + 1]
    return None if pair == (0, 0) else pair


def least_slope(dependence: Dependence, distance: tuple[Distance, Distance], outer: str) -> int:
    """The smallest `s >= 0` with `s * di + dj >= 1`. Raises `Refused`."""
    di = 1 if distance[0] == "+" else distance[0]
    dj = 1 if distance[1] == "+" else distance[1]
    if not isinstance(di, int) or not isinstance(dj, int):
        refuse(f"no slope: {carried(dependence, outer)}, however far apart")
    return max(0, -((dj - 1) // di))


def skewed(outer: Loop, inner: Loop, factor: int, wave: str) -> ForOp:
    """`for [w] { map [i] { j = w - factor * i; body } }`, counted from where the ranges start."""
    i, w = symbolic.symbol(parameter(outer)), symbolic.symbol(wave)
    rows, columns = range_of(outer).extent, range_of(inner).extent
    step = symbolic.integer(factor)
    first = symbolic.maximum(symbolic.integer(0), symbolic.ceil_div(w - columns + 1, step))
    whole: symbolic.Expr = symbolic.FloorDiv(w, step)
    last = symbolic.minimum(rows, whole + 1)
    start = range_of(outer).start
    body = inner.detach_region(0)
    column = range_of(inner).start + w - step * (i - start)
    for op in body.block.ops:
        substitute(op, {parameter(inner): symbolic.expanded(column)})
    over = Range.of(symbolic.expanded(start + first), symbolic.expanded(start + last))
    diagonal = derived(MapOp([parameter(outer)], [over], body), inner)
    count = symbolic.expanded(step * (rows - 1) + columns)
    return ForOp(wave, Range.of(0, count), [diagonal])
