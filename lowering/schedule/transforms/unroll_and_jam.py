"""Iterations of an outer loop side by side in the inner ones."""

from dataclasses import dataclass

from xdsl.ir import Block, Region

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.distribute import distribute, expand
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    nodes,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.tile import TilePass
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class UnrollAndJamPass(Transformation):
    """
    Take iterations of an outer loop together, written out in each of its inner loops.

    Before, and after `sdfg-unroll-and-jam{loop=i factor=2}`:

    ```
    map [i = 0:8] { t = 0; for [k = 0:K] { t += A[i, k] * x[k] }; y[i] = t }

    map [i_o = 0:4] {
      t[0] = 0; t[1] = 0
      for [k = 0:K] { t[0] += A[2 * i_o, k] * x[k]; t[1] += A[2 * i_o + 1, k] * x[k] }
      y[2 * i_o] = t[0]; y[2 * i_o + 1] = t[1]
    }
    ```

    What all of them read is read once, and what each needs of its last iteration overlaps with the
    others. What is left over of the range runs as before, in groups of one. Legal for maps; refused
    where the range of an inner loop moves with the loop.
    """

    name = "sdfg-unroll-and-jam"

    loop: str
    """The outer loop."""
    factor: int
    """How many of its iterations to take together."""
    into: tuple[str, ...] = ()
    """Names of the loop over groups and of the one in a group; as `sdfg-tile` has it."""

    def __post_init__(self) -> None:
        if self.factor < 2:
            raise ValueError(f"{self.name}: factor is at least 2, got {self.factor}")
        self.tiling()

    def tiling(self) -> TilePass:
        return TilePass(self.loop, self.factor, self.into, peel="loop")

    def rewrite(self, nest: Nest) -> None:
        tops = nest.maps(self.loop)
        if not any(isinstance(op, Loop) for top in tops for op in nodes(top)):
            refuse(f"no loop stands in loop {self.loop}")
        self.tiling().rewrite(nest)
        inner = self.into[1] if self.into else f"{self.loop}_i"
        for op in nest.maps(inner):
            jam(nest, op)


def jam(nest: Nest, op: MapOp) -> None:
    """Move the map `op` into the loops that stand in it, and write it out there."""
    for part in distribute(nest, [op], unrolled=True):
        assert isinstance(part, MapOp)
        (child, *others) = nodes(part)
        if others or not isinstance(child, Loop):
            part.attributes["schedule"] = ScheduleAttr("unroll")
            continue
        if parameter(part) in symbolic.symbols_of(*range_of(child).exprs):
            refuse(f"the range of {parameter(child)} moves with {parameter(part)}")
        jam(nest, swap(nest, part, child))


def swap(nest: Nest, outer: MapOp, inner: Loop) -> MapOp:
    """
    ```
    map [i] { t = alloc; for [k] { body } } -> t = alloc [i]; for [k] { map [i] { body } }
    ```

    Returns the map.
    """
    for alloc in [op for op in outer.body.block.ops if isinstance(op, AllocOp)]:
        wide = expand(alloc, [outer], unrolled=True)
        if outer in nest.roots:
            nest.allocate(wide)
        else:
            block = outer.parent_block()
            assert block is not None
            block.insert_op_before(wide, outer)
    new = MapOp(outer.param_names, outer.ranges.data, inner.detach_region(0))
    new.location = outer.location
    inner.detach()
    inner.add_region(Region(Block([new])))
    nest.replace(outer, [inner])
    return new
