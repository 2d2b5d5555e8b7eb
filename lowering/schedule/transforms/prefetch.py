"""Data asked for some iterations before it is read."""

from dataclasses import dataclass

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.subsets import bounds
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.copies import PrefetchOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    enclosing,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class PrefetchPass(Transformation):
    """
    Ask for what a loop will read `distance` iterations later.

    Before, and after `sdfg-prefetch{loop=k moving=v distance=16}`:

    ```
    for [k = 0:K] { map [v = 0:2] { b[v] = B[k, 8 * v:8 * v + 8] }; ... }

    for [k = 0:K] { prefetch B[k + 16, 0:16] into 1; map [v = 0:2] { b[v] = B[k, ...] }; ... }
    ```

    For the memory that moves with the loop and with `moving`, where it is a box per iteration. What
    processors fetch by themselves ends at pages of 4 KiB. Changes no result.

    With `of=i` the iterations are those of a loop around it, so that they overlap: the last of
    several loops over a row asks for its part of the next row.

    ```
    map [i = 0:N] { map [k = 0:K] { ... A[i, k] }; map [k = 0:K] { ... A[i, k] } }

    map [i] { map [k] { ... A[i, k] }; map [k] { prefetch A[i + 1, k]; ... A[i, k] } }
    ```

    What all iterations of a loop `j` between both read again, each may ask for a part of: with
    `share=t,j` iteration `j` asks for what is read in its turn only.

    ```
    map [i, j = 0:16] { for [k = 0:K] { for [t = 0:16] { ... B[i, 16 * k + t] } } }

    map [i, j] { for [k] { prefetch B[i + 1, 16 * k + j]; for [t] { ... B[i, 16 * k + t] } } }
    ```
    """

    name = "sdfg-prefetch"

    loop: str
    """The loop in which to ask."""
    moving: tuple[str, ...] = ()
    """Only what moves with these loops, too."""
    distance: int = 16
    """How many iterations ahead."""
    level: int = 1
    """The cache that it should come into."""
    once: bool = False
    """Whether it is read once, so that caches should rather keep what they have."""
    of: str = ""
    """The loop around whose later iterations are meant; by default `loop` itself."""
    share: tuple[str, ...] = ()
    """A loop within, and the one around it whose iterations each ask for one of its iterations."""
    written: bool = False
    """What is written instead of what is read."""

    def __post_init__(self) -> None:
        if self.distance < 1 or self.level not in (1, 2, 3):
            raise ValueError(f"{self.name}: distance is at least 1, level 1, 2 or 3")
        if len(self.share) not in (0, 2):
            raise ValueError(f"{self.name}: share names two loops, got {', '.join(self.share)}")

    def rewrite(self, nest: Nest) -> None:
        asked: set[tuple[Loop, SSAValue]] = set()
        for loop in reversed(nest.loops(self.loop)):
            later = self.later(nest, loop)
            found: dict[tuple[SSAValue, MemletAttr], TaskletOp] = {}
            for tasklet in [o for o in loop.walk() if isinstance(o, TaskletOp)]:
                for container, read in self.ahead(nest, loop, later, tasklet):
                    if (later, container) not in asked or later is loop:
                        found.setdefault((container, read), tasklet)
            asked |= {(later, container) for container, _ in found}
            for (container, read), tasklet in found.items():
                first = loop.body.block.first_op
                assert first is not None
                op = PrefetchOp(
                    container, read, level=self.level, to_write=self.written, once=self.once
                )
                loop.body.block.insert_op_before(derived(op, tasklet), first)
        if not asked:
            refuse(f"nothing that moves with {self.loop} is read there in a box")

    def later(self, nest: Nest, loop: Loop) -> Loop:
        """The loop whose later iterations are meant."""
        if not self.of:
            return loop
        found = next((o for o in nest.loops(self.of) if o.is_ancestor(loop)), None)
        if found is None:
            refuse(f"loop {self.loop} does not stand in {self.of}")
        return found

    def ahead(
        self, nest: Nest, loop: Loop, later: Loop, tasklet: TaskletOp
    ) -> list[tuple[SSAValue, MemletAttr]]:
        """What to ask for on behalf of a tasklet."""
        name = parameter(later)
        wanted = {name, parameter(loop), *(nest.name(role) for role in self.moving)}
        inner = {parameter(op): range_of(op) for op in enclosing(tasklet, loop) if op is not loop}
        turn = self.turn(nest, loop, inner)
        found: list[tuple[SSAValue, MemletAttr]] = []
        accesses = tasklet.output_accesses if self.written else tasklet.input_accesses
        for container, memlet in accesses:
            owner = container.owner
            local = isinstance(owner, Operation) and loop.is_ancestor(owner)
            near = array_type(container).storage.kind.data != "heap"
            if local or near or not wanted <= memlet.symbols:
                continue
            box = hull(memlet.subset.substituted(turn), inner)
            if box is None:
                continue
            there = symbolic.symbol(name) + self.distance * range_of(later).step
            found.append((container, MemletAttr(box.substituted({name: there}))))
        return found

    def turn(self, nest: Nest, loop: Loop, inner: dict[str, Range]) -> dict[str, Expr]:
        """Which iteration of a loop within is the turn of an iteration of one around."""
        if not self.share:
            return {}
        within, sharing = (nest.name(role) for role in self.share)
        outer = next((o for o in nest.loops(self.share[1]) if o.is_ancestor(loop)), None)
        if outer is None or within not in inner:
            refuse(f"loop {self.loop} does not stand between {self.share[1]} and {self.share[0]}")
        first = range_of(outer).start
        return {within: inner[within].start + symbolic.symbol(sharing) - first}


def hull(subset: SubsetAttr, inner: dict[str, Range]) -> SubsetAttr | None:
    """The smallest box around a subset for all values of the inner parameters, if it has one."""
    found: list[Range] = []
    for r in subset.data:
        if symbolic.symbols_of(*r.exprs).isdisjoint(inner):
            found.append(r)
            continue
        first, last = bounds(r.start, inner), bounds(r.end, inner)
        if first is None or last is None:
            return None
        span = Range.of(first[0], last[1])
        if not symbolic.symbols_of(*span.exprs).isdisjoint(inner):
            return None  # the range of one inner loop depends on another
        found.append(span)
    return SubsetAttr(tuple(found))
