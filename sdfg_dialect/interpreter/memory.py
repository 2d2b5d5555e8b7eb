"""Memory: blocks, containers that index them, and accesses of many lanes at once."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sdfg.dialect.interpreter.elements import dtype_of, poison, vector_shape
from sdfg.dialect.interpreter.lanes import (
    Affine,
    Array,
    Lanes,
    Selection,
    affine,
    bounds,
    counter,
    dense,
    evaluate,
    maximum,
    selected,
    uniform,
)
from sdfg.dialect.interpreter.resolutions import resolution
from sdfg.dialect.memlet import Range
from sdfg.dialect.types import ArrayType, StreamType


class OutOfBounds(Exception):
    """An access outside its container; the text says how."""


@dataclass(eq=False)
class Block:
    """A piece of memory, as a row of elements."""

    data: Array
    """Shape `(elements, *vector)`; contiguous; not writable where the program must not write."""
    name: str
    level: int = 0
    """How many maps were being executed when it was allocated: it is private to their points."""
    written: Array | None = None
    """Whether each element has a value, where that is checked."""

    @classmethod
    def empty(cls, kind: ArrayType, elements: int, name: str) -> "Block":
        dtype = dtype_of(kind.element_type)
        shape = (elements, *vector_shape(kind.element_type))
        return cls(np.full(shape, poison(dtype), dtype), name)


@dataclass(eq=False)
class Stream:
    """A queue."""

    kind: StreamType
    depth: int
    name: str
    elements: deque[Array] = field(default_factory=lambda: deque[Array]())

    def push(self, value: Array) -> None:
        if len(self.elements) >= self.depth:
            raise OutOfBounds(f"overflows stream '{self.name}' of depth {self.depth}")
        self.elements.append(np.array(value, dtype_of(self.kind.element_type)))

    def pop(self) -> Array:
        if not self.elements:
            raise OutOfBounds(f"takes an element from stream '{self.name}', which is empty")
        return self.elements.popleft()


@dataclass(frozen=True, eq=False)
class Container:
    """An array of the program: a block, and where in it each element lies."""

    kind: ArrayType
    block: Block
    shape: tuple[Lanes, ...]
    strides: tuple[Lanes, ...]
    offset: Lanes
    base: Lanes = 0
    """Where the part of the block starts that belongs to a lane."""

    @classmethod
    def of(
        cls, kind: ArrayType, block: Block, symbols: Mapping[str, Lanes], base: Lanes = 0
    ) -> "Container":
        shape, strides = (
            tuple(evaluate(e, symbols) for e in exprs) for exprs in (kind.dims, kind.strides.data)
        )
        return cls(kind, block, shape, strides, evaluate(kind.offset.data, symbols), base)

    def selected(self, chosen: Selection) -> "Container":
        """The container as the chosen lanes see it."""
        shape, strides = (tuple(selected(v, chosen) for v in s) for s in (self.shape, self.strides))
        offset, base = selected(self.offset, chosen), selected(self.base, chosen)
        return replace(self, shape=shape, strides=strides, offset=offset, base=base)

    def whole(self) -> "Access":
        """All elements; the shape is the same for all lanes, of which there is one."""
        index = [counter(d, bounds(n)[1]) for d, n in enumerate(self.shape)]
        return self.access(index, tuple(bounds(n)[1] for n in self.shape))

    def access(self, index: Sequence[Lanes], extents: tuple[int, ...]) -> "Access":
        """
        The elements at `index`, one per point of a box of `extents`: lanes first, then the ranges
        of a subset. Raises `OutOfBounds`.
        """
        linear: Lanes = self.base + self.offset
        if 0 in extents:
            return Access(self.block, 0, extents)
        for dimension, (k, extent) in enumerate(zip(index, self.shape, strict=True)):
            self.check(dimension, k, extent)
            linear = linear + k * self.strides[dimension]
        low, high = bounds(linear)
        if low < 0 or high >= len(self.block.data):
            raise OutOfBounds(
                f"touches element {low if low < 0 else high} of the memory of "
                f"'{self.block.name}', which has {len(self.block.data)}"
            )
        return Access(self.block, linear, extents)

    def check(self, dimension: int, index: Lanes, extent: Lanes) -> None:
        low, high = bounds(index)
        if low >= 0 and high < (extent if isinstance(extent, int) else bounds(extent)[0]):
            return
        if low >= 0 and not isinstance(extent, int) and bounds(extent - index)[0] > 0:
            return
        raise OutOfBounds(
            f"touches index {low if low < 0 else high} in dimension {dimension} of "
            f"'{self.block.name}', which has size {bounds(extent)[1]} there"
        )


def size_of(kind: ArrayType, symbols: Mapping[str, Lanes]) -> int:
    """Number of elements of the block that a container of type `kind` needs, in any lane."""
    shape = [evaluate(e, symbols) for e in kind.dims]
    if any(bounds(n)[1] <= 0 for n in shape):
        return 0
    last: Lanes = evaluate(kind.offset.data, symbols)
    for extent, stride in zip(shape, kind.strides.data, strict=True):
        last = last + maximum(extent - 1, 0) * maximum(evaluate(stride, symbols), 0)
    return bounds(last)[1] + 1


def allocated(
    kind: ArrayType, name: str, symbols: Mapping[str, Lanes], lanes: tuple[int, ...], level: int
) -> Container:
    """A new container, with memory of its own for each lane."""
    size = size_of(kind, symbols)
    block = Block.empty(kind, size * math.prod(lanes), name)
    block.level = level
    steps = tuple(size * math.prod(lanes[d + 1 :]) for d in range(len(lanes)))
    return Container.of(kind, block, symbols, affine(0, steps, lanes))


@dataclass(frozen=True, eq=False)
class Access:
    """
    Elements of a block, one per point of a box (lanes, then ranges).

    Values have the dimensions of the box, followed by those of a vector; an axis along which all
    points touch the same element, or have the same value, may have size 1.
    """

    block: Block
    linear: Lanes
    extents: tuple[int, ...]

    @property
    def rank(self) -> int:
        return len(self.extents)

    def window(self) -> Array | None:
        """The elements where they lie, if they lie at regular distances."""
        data, linear, rank = self.block.data, self.linear, len(self.extents)
        if 0 in self.extents:
            return np.empty((*self.extents, *data.shape[1:]), data.dtype)
        if isinstance(linear, int):
            steps, shape, start = (0,) * rank, (1,) * rank, linear
        elif isinstance(linear, Affine):
            padded = linear.padded(rank)
            steps, shape, start = padded.steps, padded.extents, linear.base
        else:
            return None
        size = data.strides[0]
        return np.ndarray(
            (*shape, *data.shape[1:]),
            data.dtype,
            buffer=data.reshape(-1).view(np.uint8),  # bf16 has no buffer of its own
            offset=start * size,
            strides=(*(s * size for s in steps), *data.strides[1:]),
        )

    def index(self) -> Array:
        """Position in the block of each element, of the rank of the box."""
        return dense(self.linear, self.rank)

    def initialized(self) -> Array | None:
        """Whether each element has a value, where that is checked."""
        known = self.block.written
        return None if known is None else known[self.index()]

    def read(self) -> Array:
        """The elements; where possible a view of the block."""
        window = self.window()
        return self.block.data[self.index()] if window is None else window

    def write(self, value: Array) -> None:
        """Overwrite the elements. Where points meet, the last one in their order wins."""
        window = self.window()
        if 0 in self.extents:
            return
        index = None if window is not None else self.index()
        shape = window.shape[: self.rank] if window is not None else index.shape  # pyright: ignore
        value = self._spread(value)
        for axis, extent in enumerate(shape):
            if extent == 1 and value.shape[axis] > 1:
                value = value[(slice(None),) * axis + (slice(-1, None),)]
        if window is not None:
            window[...] = value
        else:
            self.block.data[index] = value

    def combine(self, kind: str, value: Array, *, combined: bool = False) -> None:
        """
        Combine the value of each point with the element that it meets.

        With `combined`, values of points that meet the same element for lack of a step have been
        combined already.
        """
        if 0 in self.extents:
            return
        data = self.block.data
        rule = resolution(kind, data.dtype)
        window = self.window()
        shape = self.index().shape if window is None else window.shape[: self.rank]
        axes = tuple(d for d, n in enumerate(self.extents) if n > 1 and shape[d] == 1)
        total = self._spread(value)
        if not combined:
            full = np.broadcast_to(total, (*self.extents, *data.shape[1:]))
            total = rule.reduce(full, axes, keep=True)
        if window is not None and self.is_injective():
            window[...] = rule.combine(window, total)
        else:
            rule.combine_at(data, self.index(), total)

    def _spread(self, value: Array) -> Array:
        """`value` with one dimension for each of the box: constants come without them."""
        value = np.asarray(value)
        missing = self.rank + self.block.data.ndim - 1 - value.ndim
        return value.reshape((1,) * missing + value.shape)

    def is_injective(self) -> bool:
        """Whether no two points, but for axes without step, surely meet the same element."""
        if not isinstance(self.linear, Affine):
            return True
        reach = 0
        pairs = zip(self.linear.steps, self.linear.extents, strict=True)
        for step, extent in sorted((abs(s), n) for s, n in pairs if s):
            if step <= reach:
                return False
            reach += step * (extent - 1)
        return True


def subset_index(
    ranges: Sequence[Range], symbols: Mapping[str, Lanes], lanes: tuple[int, ...]
) -> tuple[list[Lanes], tuple[int, ...]]:
    """
    The index in each dimension of the elements of a subset, and the extents of its ranges.

    Raises `ValueError` if an extent differs between lanes.
    """
    index: list[Lanes] = []
    extents: list[int] = []
    for r in ranges:
        start = evaluate(r.start, symbols)
        if r.is_point:
            index.append(start)
            continue
        extent = uniform(extent_of(r, symbols))
        if extent is None:
            raise ValueError("an extent differs between lanes")
        step = evaluate(r.step, symbols)
        index.append(start + counter(len(lanes) + len(extents), extent) * step)
        extents.append(extent)
    return index, tuple(extents)


def extent_of(r: Range, symbols: Mapping[str, Lanes]) -> Lanes:
    """How many integers a range has; 0 where it is empty."""
    if r.stop is None:
        return 1
    start, stop, step = (evaluate(e, symbols) for e in r.exprs)
    return maximum((stop - start + step - 1) // step, 0)
