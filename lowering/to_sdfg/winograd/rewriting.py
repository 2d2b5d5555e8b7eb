"""A convolution as transforms of tiles and products of matrices."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, Float32Type, Float64Type
from xdsl.ir import Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.containers import ViewOp
from sdfg.dialect.ops.contractions import MatmulOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.winograd.choice import Convolution, tiles
from sdfg.lowering.to_sdfg.winograd.linear import Arithmetic, Index, Value, transformed
from sdfg.lowering.to_sdfg.winograd.toom_cook import ToomCook

_BYTES = 4
"""Of an element."""
_WAY = 4096
"""Bytes apart at which addresses compete for the same few places of the first cache."""
_LINE = 16
"""Elements of a line of the caches."""


@dataclass(frozen=True)
class Part:
    """What is transformed and multiplied at a time."""

    loops: tuple[tuple[str, Expr], ...]
    """Parameters and extents of the loops over parts."""
    images: Expr
    grid: tuple[int, ...]
    """Tiles along each dimension."""
    image: Expr
    """The first image."""
    row: Expr
    """The first row of tiles."""

    def place(self, n: Expr, tile: Sequence[Expr]) -> list[Expr]:
        """Image and tile number, counted in the whole, of those in the part."""
        return [self.image + n, self.row + tile[0], *tile[1:]]

    def number(self, n: Expr, tile: Sequence[Expr]) -> Expr:
        """The row of a matrix that a tile is: counted along the last dimension first."""
        total = n
        for index, extent in zip(tile, self.grid, strict=True):
            total = total * extent + index
        return symbolic.expanded(total)


@dataclass(frozen=True)
class Rewriting:
    """One convolution that becomes maps and a product of matrices."""

    conv: Convolution
    transforms: tuple[ToomCook, ...]
    """One per dimension."""
    place: Place
    band: int | None = None
    """Rows of tiles of one image to work on at a time; all of all images by default."""

    @property
    def grid(self) -> tuple[int, ...]:
        """Tiles along each dimension."""
        return tuple(
            tiles(e, t.outputs) for e, t in zip(self.conv.places, self.transforms, strict=True)
        )

    @property
    def kind(self) -> AnyFloat:
        return Float32Type()

    @cached_property
    def part(self) -> "Part":
        """What is worked on at a time: all, or one band of one image."""
        if self.band is None:
            return Part((), self.conv.images, self.grid, symbolic.integer(0), symbolic.integer(0))
        loops: list[tuple[str, Expr]] = []
        at: list[Expr] = []
        bands = symbolic.integer(self.grid[0] // self.band)
        for label, extent in (("image", self.conv.images), ("band", bands)):
            if extent == 1:
                at.append(symbolic.integer(0))
                continue
            name = self.place.fresh_symbol(label)
            loops.append((name, extent))
            at.append(symbolic.symbol(name))
        grid = (self.band, *self.grid[1:])
        return Part(tuple(loops), symbolic.integer(1), grid, at[0], at[1] * self.band)

    def allocate(self, *dims: Expr | int) -> SSAValue:
        return self.place.allocate([symbolic.as_expr(d) for d in dims], self.kind)

    def allocate_apart(self, size: int, count: Expr, channels: int) -> SSAValue:
        """
        Matrices `[size, count, channels]` that a tile meets in different places of the caches.

        The elements of a tile lie one matrix apart. Were that a multiple of what a way of the first
        cache holds, all would compete for the same places.
        """
        rows = symbolic.constant(count) or 1
        width = channels + _LINE if channels * _BYTES % (_WAY // 2) == 0 else channels
        height = rows + 1 if rows % 2 == 0 else rows
        kind = ArrayType([symbolic.as_expr(e) for e in (size, rows, channels)], self.kind)
        block = self.allocate(size, height, width)
        if block.type == kind:
            return block
        strides = [symbolic.integer(e) for e in (height * width, width, 1)]
        view = ViewOp(block, ArrayType(kind.dims, self.kind, strides))
        assert isinstance(block.owner, Operation)
        Rewriter.insert_op(derived(view, self.place.node), InsertPoint.after(block.owner))
        return view.result

    def build(self, start: SSAValue | None) -> tuple[list[Operation], ...]:
        """
        The nodes that come first, those for each part, and the last ones. `start`: what the sum
        begins with, if not with zero.
        """
        conv = self.conv
        size = prod(t.size for t in self.transforms)
        count = self.part.images * prod(self.part.grid)
        u = self.allocate(size, conv.channels, conv.filters)
        v = self.allocate_apart(size, count, conv.channels)
        m = self.allocate_apart(size, count, conv.filters)
        covered = [t.outputs * g for t, g in zip(self.transforms, self.grid, strict=True)]
        result = self.allocate(conv.images, *covered, conv.filters)
        self.transform_weights(u)
        image = self.extended()
        first = self.take()
        self.transform_data(image, v)
        self.place.add([MatmulOp([v, u], [m])])
        self.transform_result(m, result)
        each = self.take()
        self.finish(result, start)
        return first, each, self.take()

    def take(self) -> list[Operation]:
        """The nodes made since the last time."""
        nodes = list(self.place.nodes)
        self.place.nodes.clear()
        return nodes

    def transform_weights(self, u: SSAValue) -> None:
        """`U[:, c, f] = G w[f, c] G^T`, computed in f64: it runs when the model is compiled."""
        c, f = at = self.place.params("i", 2)
        builder = TaskletBuilder()
        wide = Float64Type()
        values: dict[Index, Value] = {}
        for k in product(*(range(t.taps) for t in self.transforms)):
            read = builder.read(self.conv.w, point([f, c, *map(symbolic.integer, k)]))
            values[k] = builder.emit(arith.ExtFOp(read, wide))
        arithmetic = Arithmetic(builder, wide)
        found = transformed(arithmetic, [t.kernel for t in self.transforms], values)
        narrow = {
            k: v if v is None else builder.emit(arith.TruncFOp(v, self.kind))
            for k, v in found.items()
        }
        tasklet = self.write_all(builder, narrow, u, [c, f])
        self.add_map(at, [self.conv.channels, self.conv.filters], tasklet)

    def transform_data(self, source: tuple[SSAValue, bool], v: SSAValue) -> None:
        """`V[:, tile, c] = B^T d B` for each tile of the image."""
        container, channels_last = source
        part = self.part
        n, *tile, c = at = self.place.params("i", len(self.grid) + 2)
        image, *moved = part.place(n, tile)
        builder = TaskletBuilder()
        values: dict[Index, Value] = {}
        for k in product(*(range(t.size) for t in self.transforms)):
            where = [
                t.outputs * i + offset
                for t, i, offset in zip(self.transforms, moved, k, strict=True)
            ]
            index = [image, *where, c] if channels_last else [image, c, *where]
            values[k] = builder.read(container, point(index))
        arithmetic = Arithmetic(builder, self.kind)
        found = transformed(arithmetic, [t.data for t in self.transforms], values)
        tasklet = self.write_all(builder, found, v, [part.number(n, tile), c])
        self.add_map(at, [part.images, *part.grid, self.conv.channels], tasklet)

    def transform_result(self, m: SSAValue, result: SSAValue) -> None:
        """`Y = A^T M A` for each tile, channels last."""
        part = self.part
        n, *tile, f = at = self.place.params("i", len(self.grid) + 2)
        image, *moved = part.place(n, tile)
        builder = TaskletBuilder()
        values: dict[Index, Value] = {}
        for position, k in enumerate(product(*(range(t.size) for t in self.transforms))):
            index = [symbolic.integer(position), part.number(n, tile), f]
            values[k] = builder.read(m, point(index))
        arithmetic = Arithmetic(builder, self.kind)
        found = transformed(arithmetic, [t.result for t in self.transforms], values)
        targets = [
            [
                image,
                *(t.outputs * i + o for t, i, o in zip(self.transforms, moved, k, strict=True)),
                f,
            ]
            for k in found
        ]
        outputs = [(result, point(index)) for index in targets]
        tasklet = builder.finish(outputs, [v for v in found.values() if v is not None])
        self.add_map(at, [part.images, *part.grid, self.conv.filters], tasklet)

    def finish(self, result: SSAValue, start: SSAValue | None) -> None:
        """`y = Y`, without what the last tiles have too much, plus `start`."""
        conv = self.conv
        at = self.place.params("i", len(self.grid) + 2)
        n, f, *o = at
        builder = TaskletBuilder()
        value = builder.read(result, point([n, *o, f]))
        if start is not None:
            value = builder.emit(arith.AddfOp(value, builder.read(start, point(at))))
        tasklet = builder.finish([(conv.y, point(at))], [value])
        self.add_map(at, [conv.images, conv.filters, *conv.places], tasklet)

    def extended(self) -> tuple[SSAValue, bool]:
        """
        The image as large as the tiles need it, and whether its channels come last.

        Where the last tiles reach beyond the image it is a copy with zeros behind the image.
        """
        conv = self.conv
        there = [e + k - 1 for e, k in zip(conv.places, conv.kernel, strict=True)]
        needed = [
            t.outputs * (g - 1) + t.size for t, g in zip(self.transforms, self.grid, strict=True)
        ]
        if there == needed:
            return conv.x, False
        image = self.allocate(conv.images, *needed, conv.channels)
        at = self.place.params("i", len(needed) + 2)
        n, *place, c = at
        for axis, (old, new) in enumerate(zip(there, needed, strict=True)):
            if old == new:
                continue
            builder = TaskletBuilder()
            zero = Arithmetic(builder, self.kind).zero()
            tasklet = builder.finish([(image, point(at))], [zero])
            box = [(0, e) for e in there[:axis]] + [(old, new)]
            box += [(0, e) for e in needed[axis + 1 :]]
            ranges = [Range.of(a, b) for a, b in ((0, conv.images), *box, (0, conv.channels))]
            self.place.add([MapOp([p.name for p in at], ranges, [tasklet])])
        builder = TaskletBuilder()
        value = builder.read(conv.x, point([n, c, *place]))
        tasklet = builder.finish([(image, point(at))], [value])
        self.add_map(at, [conv.images, *there, conv.channels], tasklet)
        return image, True

    def write_all(
        self, builder: TaskletBuilder, values: dict[Index, Value], target: SSAValue, at: list[Expr]
    ) -> Operation:
        """A tasklet that writes value `a` to `target[a, at...]`."""
        outputs = [(target, point([symbolic.integer(a), *at])) for a in range(len(values))]
        found = [v for v in values.values() if v is not None]
        return builder.finish(outputs, found)

    def add_map(self, at: list[Expr], extents: list[Expr | int], node: Operation) -> None:
        sizes = [symbolic.as_expr(e) for e in extents]
        self.place.add(mapped([p.name for p in at], sizes, [node]))
