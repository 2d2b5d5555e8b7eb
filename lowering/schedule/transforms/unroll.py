"""Loops written out."""

from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.nest import Loop, Nest, parameter, range_of, refuse
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class UnrollPass(Transformation):
    """
    Write out the iterations of loops.

    Before, and after `sdfg-unroll{loops=i}`:

    ```
    map [i = 0:4] { ... }

    map [i = 0:4] schedule(unroll) { ... }
    ```

    Of several loops each but the last is unrolled only where it stands around the next one; with
    `leaves` none around a loop that stays. Legal for maps of constant size, up to `most`
    iterations.
    """

    name = "sdfg-unroll"

    loops: tuple[str, ...]
    """The loops to unroll."""
    most: int = 64
    """Iterations of a loop above which it is not unrolled."""
    leaves: bool = False
    """Leave loops alone around others, which would be written out as often."""

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ValueError(f"{self.name}: most is at least 1, got {self.most}")

    def rewrite(self, nest: Nest) -> None:
        names = {nest.name(role) for role in self.loops}
        for role, inner in zip(self.loops, (*self.loops[1:], None), strict=True):
            for op in nest.maps(role):
                if inner is not None and not holds(op, nest.name(inner)):
                    continue
                if self.leaves and any(stays(o) and parameter(o) not in names for o in inside(op)):
                    continue
                count = symbolic.constant(range_of(op).extent)
                if count is None:
                    refuse(f"loop {role} has no constant size")
                if count > self.most:
                    refuse(f"loop {role} has {count} iterations, more than {self.most}")
                op.attributes["schedule"] = ScheduleAttr("unroll")


def holds(op: MapOp, name: str) -> bool:
    """Whether a loop over `name` stands in `op`."""
    return any(parameter(o) == name for o in inside(op))


def inside(op: MapOp) -> list[Loop]:
    """The loops in a loop, itself included."""
    return [o for o in op.walk() if isinstance(o, Loop)]


def stays(op: Loop) -> bool:
    """Whether a loop is more than one iteration, and not written out."""
    unrolled = isinstance(op, MapOp) and op.schedule.kind.data == "unroll"
    return range_of(op).extent != 1 and not unrolled
