"""Copies as C: contiguous parts as blocks of bytes, with loops around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.openmp.resolutions import assigned, from_storage
from sdfg.backends.openmp.scope import Scope
from sdfg.backends.openmp.types import byte_width
from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.analysis.subsets import disjoint
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import StreamType

Statements = list[s.Statement]


@dataclass(frozen=True)
class Dimension:
    """One dimension of a copy that has more than one element."""

    read: int
    """Which dimension of the source."""
    write: int
    extent: Expr


@dataclass(frozen=True)
class Copy:
    """A copy between arrays, being emitted."""

    op: CopyOp
    scope: Scope

    def emit(self) -> Statements:
        outer = list(self.dimensions())
        if any(d.extent.is_Integer and d.extent <= 0 for d in outer):
            return []
        in_registers = any(
            self.scope.block(x, self.op).in_registers for x in (self.op.source, self.op.target)
        )
        if in_registers:
            return self.unrolled(outer)
        chunk = symbolic.integer(1)
        while outer and self.op.write.wcr is None and self.continues(outer[-1], chunk):
            chunk = chunk * outer.pop().extent
        self.refuse_overlap(outer)
        taken = self.scope.symbols.keys()
        counters: list[str] = []
        for d in range(len(outer)):
            counters.append(symbolic.symbol_name(f"i{d}", {*taken, *counters}))
        names = [self.scope.bind_symbol(counter) for counter in counters]
        values = [symbolic.symbol(counter) for counter in counters]
        body: Statements = self.innermost(chunk, self.places(outer, values))
        for name, dimension in reversed(list(zip(names, outer, strict=True))):
            count = self.scope.expression(dimension.extent)
            body = [s.For(name, 0, count, 1, tuple(body))]
        return body

    def dimensions(self) -> Iterator[Dimension]:
        reads, writes = (
            [d for d, r in enumerate(memlet.ranges) if not r.is_point]
            for memlet in (self.op.read, self.op.write)
        )
        for read, write in zip(reads, writes, strict=True):
            extent = self.op.read.ranges[read].extent
            if not extent.is_Integer:
                extent = self.op.write.ranges[write].extent
            if extent != 1:
                yield Dimension(read, write, extent)

    def continues(self, dimension: Dimension, chunk: Expr) -> bool:
        """Whether neighbours along `dimension` lie `chunk` elements apart on both sides."""
        return all(
            symbolic.equal(memlet.ranges[d].step * array_type(x).strides.data[d], chunk)
            for x, memlet, d in (
                (self.op.source, self.op.read, dimension.read),
                (self.op.target, self.op.write, dimension.write),
            )
        )

    def places(self, outer: list[Dimension], at: list[Expr]) -> tuple[c.Expression, c.Expression]:
        """Position of the source and of the target element at one point of the outer loops."""
        sides = (
            (self.op.source, self.op.read, [d.read for d in outer]),
            (self.op.target, self.op.write, [d.write for d in outer]),
        )
        source, target = (
            self.scope.position(array_type(x), shifted(memlet, dict(zip(dims, at, strict=True))))
            for x, memlet, dims in sides
        )
        return source, target

    def innermost(self, chunk: Expr, places: tuple[c.Expression, c.Expression]) -> Statements:
        if chunk == 1:
            return [self.element(*places)]
        source, target = (
            address(self.scope.block(x, self.op).pointer, place)
            for x, place in zip((self.op.source, self.op.target), places, strict=True)
        )
        width = byte_width(self.scope.block(self.op.source, self.op).element)
        size = self.scope.expression(chunk * width)
        if self.overlaps:
            return [s.Evaluate(c.call("sdfg_move", target, source, size))]
        function = "memcpy" if isinstance(size, c.Integer) else "sdfg_copy"
        return [s.Evaluate(c.call(function, target, source, size))]

    def element(self, source: c.Expression, target: c.Expression) -> s.Statement:
        """One element: as it is, unless it is combined with what is there."""
        old = self.scope.place(self.op.source, source, self.op)
        new = self.scope.place(self.op.target, target, self.op)
        if self.op.write.wcr is None:
            return s.Assign(new, old)
        stored = self.scope.block(self.op.target, self.op).element
        return assigned(self.op, new, from_storage(old, stored), stored, self.op.write.wcr)

    def unrolled(self, outer: list[Dimension]) -> Statements:
        """To or from registers, element by element."""
        extents = [symbolic.constant(d.extent) for d in outer]
        known = [extent for extent in extents if extent is not None]
        if len(known) < len(extents):
            fail(self.op, "copies a number of registers that is known only at run time")
        points = product(*(range(extent) for extent in known))
        indices = ([symbolic.integer(i) for i in point] for point in points)
        return [self.element(*self.places(outer, index)) for index in indices]

    @property
    def overlaps(self) -> bool:
        """Whether source and target may share elements."""
        op = self.op
        same = op.source is op.target and disjoint(op.read.subset, op.write.subset)
        return root(op.source) is root(op.target) and not same

    def refuse_overlap(self, outer: list[Dimension]) -> None:
        if self.overlaps and outer:
            fail(
                self.op,
                "copies within one block of memory, and both sides may overlap",
                hint="copy into a container of its own first",
            )


def shifted(memlet: MemletAttr, counters: dict[int, Expr]) -> list[Expr]:
    """Index of an element in each dimension, counted from the start in those of `counters`."""
    zero = symbolic.integer(0)
    return [
        r.start + counters.get(d, zero) * (zero if r.is_point else r.step)
        for d, r in enumerate(memlet.ranges)
    ]


def address(base: c.Expression, position: c.Expression) -> c.Expression:
    return base if position == c.Integer(0) else base[position].address()


def emit_copy(op: CopyOp, scope: Scope) -> Statements:
    """The statements of a copy."""
    if any(isinstance(x.type, StreamType) for x in (op.source, op.target)):
        fail(op, "copies to or from a stream, which has no form in C", hint="use a tasklet")
    return Copy(op, scope.inner()).emit()
