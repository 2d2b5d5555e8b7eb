"""Races: two points of a map that touch the same element, one of them writing."""

from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import Operation

from sdfg.dialect.diagnostics import source
from sdfg.dialect.interpreter.lanes import Array, Lanes, dense
from sdfg.dialect.interpreter.memory import Block

NOBODY, SEVERAL = -1, -2


@dataclass(frozen=True)
class Shadow:
    """For each element of a block, the point that used it: one array per mode of access."""

    points: dict[str, Array]

    @classmethod
    def of(cls, block: Block) -> "Shadow":
        count = len(block.data)
        return cls({m: np.full(count, NOBODY, np.int64) for m in ("read", "write", "combine")})

    def foreign(self, mode: str, index: Array, points: Array) -> bool:
        """Whether another point has used one of the elements at `index` in this mode."""
        found = self.points[mode][index]
        return bool(((found != NOBODY) & (found != points)).any())

    def note(self, mode: str, index: Array, points: Array) -> bool:
        """Record an access; tells whether two points share an element in this mode."""
        table = self.points[mode]
        before = table[index]
        table[index] = points
        shared = (table[index] != points) | ((before != NOBODY) & (before != points))
        table[index[shared]] = SEVERAL
        return bool(shared.any())


@dataclass
class Level:
    """One execution of a map, with what its points have touched."""

    op: Operation
    shadows: dict[Block, Shadow] = field(default_factory=dict[Block, Shadow])

    def problem(self, block: Block, index: Array, point: Lanes, mode: str) -> str | None:
        """
        Record the access of each lane to an element of `block`, and say what race it is part of.

        `index` has the shape of the lanes and ranges; `point` numbers the points of the map.
        Linear in the number of elements accessed.
        """
        shadow = self.shadows.setdefault(block, Shadow.of(block))
        points = np.broadcast_to(dense(point, index.ndim), index.shape)
        shared = shadow.note(mode, index, points)
        where = f"of the map at {source(self.op.location)} "
        if mode == "read":
            if shadow.foreign("write", index, points) or shadow.foreign("combine", index, points):
                return f"reads an element of '{block.name}' that another point {where}writes"
            return None
        if (mode == "write" and shared) or shadow.foreign(
            "combine" if mode == "write" else "write", index, points
        ):
            return f"writes an element of '{block.name}' that another point {where}writes too"
        if shadow.foreign("read", index, points):
            return f"writes an element of '{block.name}' that another point {where}reads"
        return None
