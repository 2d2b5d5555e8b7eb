"""Races: two points of a map that touch the same element, one of them writing."""

from dataclasses import dataclass, field

import numpy as np
from xdsl.ir import Operation

from sdfg.dialect.diagnostics import source
from sdfg.dialect.interpreter.lanes import Array, Lanes, dense
from sdfg.dialect.interpreter.memory import Block
from sdfg.dialect.ops.dataflow import MapOp

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

    def note(self, mode: str, index: Array, points: Array) -> tuple[Array, Array]:
        """
        Record an access; tells which elements two points share in this mode, and which of these
        another point has used before.
        """
        table = self.points[mode]
        before = table[index]
        table[index] = points
        earlier = (before != NOBODY) & (before != points)
        shared = (table[index] != points) | earlier
        table[index[shared]] = SEVERAL
        return shared, earlier


def is_same(block: Block, index: Array, value: Array, shared: Array, earlier: Array) -> bool:
    """Whether all points that write an element write the same value, bit by bit."""
    kind = f"V{block.data.dtype.itemsize}"
    bits = np.array(np.broadcast_to(value, index.shape), block.data.dtype).view(kind)
    if (block.data.view(kind)[index[earlier]] != bits[earlier]).any():
        return False
    together = np.isin(index, index[shared])
    elements, values = index[together], bits[together]
    order = np.argsort(elements, kind="stable")
    elements, values = elements[order], values[order]
    again = elements[1:] == elements[:-1]
    return not (values[1:] != values[:-1])[again].any()


@dataclass
class Level:
    """One execution of a map, with what its points have touched."""

    op: Operation
    shadows: dict[Block, Shadow] = field(default_factory=dict[Block, Shadow])

    @property
    def on_threads(self) -> bool:
        return isinstance(self.op, MapOp) and self.op.schedule.on_threads

    def problem(
        self, block: Block, index: Array, point: Lanes, mode: str, value: Array | None = None
    ) -> str | None:
        """
        Record the access of each lane to an element of `block`, and say what race it is part of.

        `index` has the shape of the lanes and ranges; `point` numbers the points of the map. A
        `value` that is about to be written may be that of several points, unless those are on
        threads. Linear in the number of elements accessed, but for sorting those that are shared.
        """
        shadow = self.shadows.setdefault(block, Shadow.of(block))
        points = np.broadcast_to(dense(point, index.ndim), index.shape)
        shared, earlier = shadow.note(mode, index, points)
        clash = bool(shared.any())
        if clash and mode == "write" and value is not None and not self.on_threads:
            clash = not is_same(block, index, value, shared, earlier)
        where = f"of the map at {source(self.op.location)} "
        if mode == "read":
            if shadow.foreign("write", index, points) or shadow.foreign("combine", index, points):
                return f"reads an element of '{block.name}' that another point {where}writes"
            return None
        if (mode == "write" and clash) or shadow.foreign(
            "combine" if mode == "write" else "write", index, points
        ):
            return f"writes an element of '{block.name}' that another point {where}writes too"
        if shadow.foreign("read", index, points):
            return f"writes an element of '{block.name}' that another point {where}reads"
        return None
