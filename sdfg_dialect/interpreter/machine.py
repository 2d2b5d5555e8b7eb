"""What a run of a program consists of: the symbols, the lanes, and the checks on each access."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from xdsl.interpreter import Interpreter
from xdsl.ir import Operation, Region, SSAValue

from sdfg.dialect.diagnostics import SDFGError, fail
from sdfg.dialect.interpreter.lanes import (
    Array,
    Lanes,
    Selection,
    dense,
    selected,
    selection,
    uniform,
)
from sdfg.dialect.interpreter.memory import (
    Access,
    Container,
    OutOfBounds,
    Stream,
    extent_of,
    subset_index,
)
from sdfg.dialect.interpreter.races import Level
from sdfg.dialect.memlet import Range

Weights = Mapping[str, Any]


class Stopped(BaseException):
    """
    The program stops with an error.

    No `Exception`: to one of those, xDSL would add a print of the whole module for each operation
    that it passes.
    """

    def __init__(self, error: SDFGError):
        super().__init__(str(error))
        self.error = error


def stop(op: Operation, message: str, *, hint: str | None = None) -> NoReturn:
    """Stop the program because of `op`."""
    try:
        fail(op, message, hint=hint)
    except SDFGError as error:
        raise Stopped(error) from None


@dataclass(frozen=True)
class Frame:
    """The points of the enclosing maps that run at once, and what the symbols are there."""

    lanes: tuple[int, ...]
    """Extent of each axis; no axis outside of maps."""
    symbols: dict[str, Lanes]
    points: tuple[Lanes, ...] = ()
    """For each enclosing map, a number for the point of it and of those around it."""

    def selected(self, chosen: Selection) -> "Frame":
        symbols = {name: selected(value, chosen) for name, value in self.symbols.items()}
        return Frame(chosen.extents, symbols, tuple(selected(p, chosen) for p in self.points))


@dataclass
class Machine:
    """The state of a run that is not in SSA values."""

    weights: Weights
    strict: bool = False
    """Report races, and reads of what nobody has written."""
    vectorize: bool = True
    """Run the points of a map at once where its body allows it."""
    frame: Frame = field(default_factory=lambda: Frame((), {}))
    levels: list[Level] = field(default_factory=list[Level])
    """The maps being executed, outermost first, where races are checked."""
    outer_values: dict[Region, tuple[SSAValue, ...]] = field(
        default_factory=dict[Region, tuple[SSAValue, ...]]
    )

    @property
    def symbols(self) -> dict[str, Lanes]:
        return self.frame.symbols

    @contextmanager
    def framed(self, frame: Frame) -> Generator[None]:
        """Run in another frame."""
        outer = self.frame
        self.frame = frame
        try:
            yield
        finally:
            self.frame = outer

    @contextmanager
    def only(
        self, interpreter: Interpreter, op: Operation, chosen: Selection
    ) -> Generator[tuple[Any, ...]]:
        """Run `op` in some of the lanes; gives the values of its operands there."""
        needed = dict.fromkeys([*op.operands, *(v for r in op.regions for v in self.uses(r))])
        found = interpreter.get_values(needed)
        interpreter.push_scope("lanes")
        try:
            interpreter.set_values(
                (v, x.selected(chosen) if isinstance(x, Container) else x)
                for v, x in zip(needed, found, strict=True)
            )
            with self.framed(self.frame.selected(chosen)):
                yield interpreter.get_values(op.operands)
        finally:
            interpreter.pop_scope()

    def uses(self, region: Region) -> tuple[SSAValue, ...]:
        """The values defined outside of `region` that it uses."""
        if region not in self.outer_values:
            inside: set[SSAValue] = set()
            used: dict[SSAValue, None] = {}
            for op in region.walk():
                used.update(dict.fromkeys(op.operands))
                inside.update(op.results)
                inside.update(a for r in op.regions for b in r.blocks for a in b.args)
            inside.update(a for b in region.blocks for a in b.args)
            self.outer_values[region] = tuple(v for v in used if v not in inside)
        return self.outer_values[region]

    def varying(self, ranges: Sequence[Range]) -> list[Lanes]:
        """The extents of `ranges` that differ between lanes."""
        extents = (extent_of(r, self.symbols) for r in ranges)
        return [e for e in extents if uniform(e) is None]

    def groups(self, values: Sequence[Lanes]) -> list[Selection]:
        """The lanes, parted so that each of `values` is the same throughout a part."""
        rank = len(self.frame.lanes)
        arrays = np.broadcast_arrays(*(dense(v, rank) for v in values))
        rows = np.stack([a.reshape(-1) for a in arrays])
        found, part = np.unique(rows, axis=1, return_inverse=True)
        parts = part.reshape(arrays[0].shape)
        return [selection(parts == k, self.frame.lanes) for k in range(found.shape[1])]

    # Streams

    def push(self, op: Operation, stream: Stream, value: Array) -> None:
        """Append an element. Stops the program where the stream is full."""
        try:
            stream.push(value)
        except OutOfBounds as error:
            stop(op, str(error))

    def pop(self, op: Operation, stream: Stream) -> Array:
        """Take the oldest element. Stops the program where there is none."""
        try:
            return stream.pop()
        except OutOfBounds as error:
            stop(op, str(error))

    # Accesses

    def access(self, op: Operation, container: Container, ranges: Sequence[Range]) -> Access:
        """The elements of a subset, in all lanes; those of the ranges come as further axes."""
        index, extents = subset_index(ranges, self.symbols, self.frame.lanes)
        return self.locate(op, container, index, extents)

    def locate(
        self,
        op: Operation,
        container: Container,
        index: Sequence[Lanes],
        extents: tuple[int, ...] = (),
    ) -> Access:
        """The elements at `index` in all lanes. Stops the program where one lies outside."""
        try:
            return container.access(index, (*self.frame.lanes, *extents))
        except OutOfBounds as error:
            stop(op, str(error))

    def read(self, op: Operation, access: Access) -> Array:
        """The elements; they may be a view of the memory."""
        if self.strict:
            self.observe(op, access, "read")
        return access.read()

    def write(
        self,
        op: Operation,
        access: Access,
        kind: str | None,
        value: Array,
        *,
        combined: bool = False,
    ) -> None:
        """
        Overwrite the elements, or combine `value` with them where `kind` says how.

        For `combined` see `Access.combine`.
        """
        if not access.block.data.flags.writeable:
            stop(op, f"writes '{access.block.name}', which the program may only read")
        if self.strict:
            self.observe(op, access, "write" if kind is None else "combine", value)
        if kind is None:
            access.write(value)
        else:
            access.combine(kind, value, combined=combined)

    def observe(self, op: Operation, access: Access, mode: str, value: Array | None = None) -> None:
        """Check an access for races and for elements without a value; `value` is to be written."""
        index = np.broadcast_to(access.index(), access.extents)
        block = access.block
        for level, point in list(zip(self.levels, self.frame.points, strict=True))[block.level :]:
            kind = "read" if mode == "copy" else mode
            problem = level.problem(block, index, point, kind, value)
            if problem is not None:
                stop(op, problem, hint="points of a map may share only what they combine with wcr")
        if block.written is None or not index.size or mode == "copy":
            return
        if mode != "write" and not block.written[index].all():
            stop(op, f"reads an element of '{block.name}' that nothing has written")
        block.written[index] = True
