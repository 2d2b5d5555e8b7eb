"""Loops in another order."""

from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.nest import (
    Nest,
    map_chain_around,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class InterchangePass(Transformation):
    """
    Reorder perfectly nested maps: those named become the innermost ones, in the order given.

    Before, and after `sdfg-interchange{innermost=i,j}`:

    ```
    map [i = 0:N, j = 0:M, k = 0:K] { f(i, j, k) }

    map [k = 0:K, i = 0:N, j = 0:M] { f(i, j, k) }
    ```

    With `outermost` the named loops become the outermost ones. Legal where no range depends on a
    parameter that would come to stand inside; the points of a map have no order.
    """

    name = "sdfg-interchange"

    innermost: tuple[str, ...] = ()
    """Loops to move inwards, the innermost last."""
    outermost: tuple[str, ...] = ()
    """Loops to move outwards, the outermost first."""

    def __post_init__(self) -> None:
        if not self.innermost and not self.outermost:
            raise ValueError(f"{self.name}: name the innermost or the outermost loops")

    def rewrite(self, nest: Nest) -> None:
        first = [nest.name(n) for n in self.outermost]
        last = [nest.name(n) for n in self.innermost]
        anchor = (*self.outermost, *self.innermost)[0]
        done = 0
        for loop in nest.maps(anchor):
            chain = map_chain_around(loop)
            names = [parameter(op) for op in chain]
            if not {*first, *last} <= set(names):
                continue
            middle = [n for n in names if n not in first and n not in last]
            reorder(chain, [*first, *middle, *last])
            done += 1
        if not done:
            named = ", ".join((*self.outermost, *self.innermost))
            refuse(f"loops {named} are not perfectly nested")


def reorder(chain: list[MapOp], order: list[str]) -> None:
    """Give the maps of a perfect nest the parameters in another order."""
    headers = {
        parameter(op): (op.attributes["params"], op.attributes["ranges"], op.schedule, range_of(op))
        for op in chain
    }
    seen: set[str] = set()
    for name in order:
        free = symbolic.symbols_of(*headers[name][3].exprs) & headers.keys()
        if late := free - seen:
            refuse(f"the range of {name} depends on {', '.join(sorted(late))}")
        seen.add(name)
    for op, name in zip(chain, order, strict=True):
        params, ranges, schedule, _ = headers[name]
        op.attributes |= {"params": params, "ranges": ranges, "schedule": schedule}
