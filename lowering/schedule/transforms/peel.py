"""The first iterations of a loop apart from the others."""

from dataclasses import dataclass

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.nest import Loop, Nest, parameter, range_of, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.simplify.rewriting import substitute


@dataclass(frozen=True)
class PeelPass(Transformation):
    """
    Take the first iterations of a loop out of it (loop peeling).

    Before, and after `sdfg-peel{loop=k}`:

    ```
    for [k = 0:8] { f(k) }

    f(0); for [k = 1:8] { f(k) }
    ```

    More than one stay a loop of their own. What comes first can then do without what only the
    others need: a sum starts at 0 instead of reading what the iteration before has left. Legal for
    every loop; refused where it may have fewer iterations, and for one iteration of the loop that
    is the whole nest.
    """

    name = "sdfg-peel"

    loop: str
    """The loop to peel."""
    count: int = 1
    """How many of its first iterations."""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"{self.name}: count is at least 1, got {self.count}")

    def rewrite(self, nest: Nest) -> None:
        for loop in nest.loops(self.loop):
            size = symbolic.constant(range_of(loop).extent)
            if size is None or size < self.count:
                refuse(f"loop {self.loop} may have fewer than {self.count} iterations")
            if loop in nest.roots and self.count == 1:
                refuse(f"loop {self.loop} is the whole nest")
            nest.replace(loop, self.pieces(loop, size))

    def pieces(self, loop: Loop, size: int) -> list[Operation]:
        over = range_of(loop)
        middle = over.start + over.step * self.count
        pieces: list[Operation] = []
        if self.count == 1:
            first = loop.clone()
            pieces += list(first.body.block.ops)
            for op in pieces:
                op.detach()
                substitute(op, {parameter(loop): over.start})
        else:
            pieces.append(part(loop, Range(over.start, middle, over.step)))
        if size > self.count:
            pieces.append(part(loop, Range(middle, over.end, over.step)))
        return pieces


def part(loop: Loop, over: Range) -> Loop:
    """The same loop over another range."""
    body = loop.clone().detach_region(0)
    if isinstance(loop, ForOp):
        return ForOp(parameter(loop), over, body)
    return MapOp([parameter(loop)], [over], body, loop.schedule)
