"""Convolutions with small kernels by transforming tiles: fewer multiplications."""

from dataclasses import dataclass
from itertools import product
from math import prod

from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, Float32Type, Float64Type, ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.contractions import ConvOp, MatmulOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.winograd.choice import Convolution, choose, tiles
from sdfg.lowering.to_sdfg.winograd.linear import Arithmetic, Index, Value, transformed
from sdfg.lowering.to_sdfg.winograd.toom_cook import ToomCook


@dataclass(frozen=True)
class WinogradConvolutionsPass(ModulePass):
    """
    Compute convolutions of steps 1 with constant weights in tiles, with fewer multiplications.

    Before:

    ```
    sdfg.conv (%x, %w) -> (%y)     // 3 x 3
    ```

    After, with `U`, `V` and `M` of 36 (or 16) matrices:

    ```
    map [c, f] { U[:, c, f] = G w[f, c] G^T }                         // when it is compiled
    map [n, ty, tx, c] { V[:, (n, ty, tx), c] = B^T x[n, c, 4 * ty:.., 4 * tx:..] B }
    sdfg.matmul (V, U) -> (M)
    map [n, ty, tx, f] { Y[n, 4 * ty:.., 4 * tx:.., f] = A^T M[:, (n, ty, tx), f] A }
    map [n, f, y, x] { y[n, f, y, x] = Y[n, y, x, f] }
    ```

    Each tile of `m x m` results takes `(m + 2)^2` products instead of `9 m^2`: F(2, 3) does 2.25
    times fewer, F(4, 3) 4 times fewer. A model of the time decides for each convolution whether one
    of `outputs` is faster, from its multiply-adds, transforms and what passes caches and memory.
    Other kernels and numbers of dimensions work the same way.

    It computes the same with other roundings. Root mean square and maximum of the error relative to
    the root mean square of the results, for 64 to 512 channels of normally distributed numbers:
    direct 4 to 11e-7 and 3 to 9e-6, F(2, 3) 2 to 6e-7 and 1 to 4e-6, F(4, 3) 8 to 20e-7 and 5 to
    20e-6, where `tolerances` allows 11 to 32e-6.
    """

    name = "sdfg-winograd-convolutions"

    outputs: tuple[int, ...] = (4, 2)
    """Sizes of tiles to choose from."""
    least_channels: int = 24
    """Channels in and out below which a convolution stays as it is."""
    least_gain: float = 1.2
    """How many times faster it must be by the model."""

    def __post_init__(self) -> None:
        if not self.outputs or any(m < 1 for m in self.outputs) or self.least_channels < 1:
            raise ValueError(
                f"{self.name}: outputs and least-channels are at least 1, got "
                f"{', '.join(map(str, self.outputs)) or 'none'} and {self.least_channels}"
            )
        if self.least_gain <= 0:
            raise ValueError(f"{self.name}: least-gain is above 0, got {self.least_gain}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.walk() if isinstance(p, SdfgOp)]:
            taken = set(program.symbol_names)
            for node in [n for n in program.walk() if isinstance(n, ConvOp)]:
                conv = Convolution.of(node)
                if conv is None:
                    continue
                chosen = choose(conv, self.outputs, self.least_channels, self.least_gain)
                if chosen is not None:
                    rewrite(node, Rewriting(conv, chosen, Place.of(node, taken)))


def rewrite(node: ConvOp, rewriting: "Rewriting") -> None:
    """Put the maps of `rewriting` in the place of `node`."""
    start = None
    if node.accumulate is not None:
        start = rewriting.place.initial(rewriting.conv.y) or rewriting.conv.y
    rewriting.build(start)
    block = node.parent_block()
    assert block is not None
    for op in rewriting.place.nodes:
        block.insert_op_before(derived(op, node), node)
    node.detach()
    node.erase()


@dataclass(frozen=True)
class Rewriting:
    """One convolution that becomes maps and a product of matrices."""

    conv: Convolution
    transforms: tuple[ToomCook, ...]
    """One per dimension."""
    place: Place

    @property
    def grid(self) -> tuple[int, ...]:
        """Tiles along each dimension."""
        return tuple(
            tiles(e, t.outputs) for e, t in zip(self.conv.places, self.transforms, strict=True)
        )

    @property
    def kind(self) -> AnyFloat:
        return Float32Type()

    def allocate(self, *dims: int) -> SSAValue:
        return self.place.allocate([symbolic.integer(d) for d in dims], self.kind)

    def build(self, start: SSAValue | None) -> None:
        """All nodes. `start`: what the sum begins with, if not with zero."""
        conv = self.conv
        size = prod(t.size for t in self.transforms)
        count = conv.images * prod(self.grid)
        u = self.allocate(size, conv.channels, conv.filters)
        v = self.allocate(size, count, conv.channels)
        m = self.allocate(size, count, conv.filters)
        covered = [t.outputs * g for t, g in zip(self.transforms, self.grid, strict=True)]
        result = self.allocate(conv.images, *covered, conv.filters)
        self.transform_weights(u)
        self.transform_data(self.extended(), v)
        self.place.add([MatmulOp([v, u], [m])])
        self.transform_result(m, result)
        self.finish(result, start)

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

    def transform_data(self, image: tuple[SSAValue, bool], v: SSAValue) -> None:
        """`V[:, tile, c] = B^T d B` for each tile of the image."""
        container, channels_last = image
        at = self.place.params("i", len(self.grid) + 2)
        n, *tile, c = at
        builder = TaskletBuilder()
        values: dict[Index, Value] = {}
        for k in product(*(range(t.size) for t in self.transforms)):
            where = [
                t.outputs * i + offset
                for t, i, offset in zip(self.transforms, tile, k, strict=True)
            ]
            index = [n, *where, c] if channels_last else [n, c, *where]
            values[k] = builder.read(container, point(index))
        arithmetic = Arithmetic(builder, self.kind)
        found = transformed(arithmetic, [t.data for t in self.transforms], values)
        tasklet = self.write_all(builder, found, v, [self.number(n, tile), c])
        self.add_map(at, [self.conv.images, *self.grid, self.conv.channels], tasklet)

    def transform_result(self, m: SSAValue, result: SSAValue) -> None:
        """`Y = A^T M A` for each tile, channels last."""
        at = self.place.params("i", len(self.grid) + 2)
        n, *tile, f = at
        builder = TaskletBuilder()
        values: dict[Index, Value] = {}
        for position, k in enumerate(product(*(range(t.size) for t in self.transforms))):
            index = [symbolic.integer(position), self.number(n, tile), f]
            values[k] = builder.read(m, point(index))
        arithmetic = Arithmetic(builder, self.kind)
        found = transformed(arithmetic, [t.result for t in self.transforms], values)
        targets = [
            [n, *(t.outputs * i + o for t, i, o in zip(self.transforms, tile, k, strict=True)), f]
            for k in found
        ]
        outputs = [(result, point(index)) for index in targets]
        tasklet = builder.finish(outputs, [v for v in found.values() if v is not None])
        self.add_map(at, [self.conv.images, *self.grid, self.conv.filters], tasklet)

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

    def number(self, n: Expr, tile: list[Expr]) -> Expr:
        """The row of a tile: tiles counted along the last dimension first."""
        total = n
        for index, extent in zip(tile, self.grid, strict=True):
            total = total * extent + index
        return symbolic.expanded(total)

    def write_all(
        self, builder: TaskletBuilder, values: dict[Index, Value], target: SSAValue, at: list[Expr]
    ) -> Operation:
        """A tasklet that writes value `a` to `target[a, at...]`."""
        outputs = [(target, point([symbolic.integer(a), *at])) for a in range(len(values))]
        found = [v for v in values.values() if v is not None]
        return builder.finish(outputs, found)

    def add_map(self, at: list[Expr], extents: list[int], node: Operation) -> None:
        sizes = [symbolic.integer(e) for e in extents]
        self.place.add(mapped([p.name for p in at], sizes, [node]))
