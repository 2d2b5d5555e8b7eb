"""`GridSample` and `AffineGrid`: images read at places that are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product

from onnx import TensorProto

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, integers, required, sequence

_CUBIC = -0.75


def grid_sample(e: Expansion) -> bool:
    """
    Pixels of an image are numbered through; each result is a weighted sum of its neighbours.

    ```
    y[n, c, o] = sum over t of x[n, c, number(n, o, t)] * weight(n, o, t)
    ```
    """
    x, grid = required(e, 0), required(e, 1)
    rank = len(e.shape(x.name) or ())
    if rank < 3:
        return False
    kind = x.kind if x.kind == TensorProto.DOUBLE else TensorProto.FLOAT
    sizes = x.apply("Shape", kind=TensorProto.INT64)
    axes = [
        _Axis(grid.cast(kind).taken(rank - 3 - k, axis=-1), sizes.taken(2 + k).cast(kind))
        for k in range(rank - 2)
    ]
    images = x.cast(kind).apply("Reshape", _joined(sizes, rank, (2, rank)))
    parts: list[Term] = []
    for taps in product(*(axis.neighbours() for axis in axes)):
        number = taps[0].index
        for tap, axis in zip(taps[1:], axes[1:], strict=True):
            number = number * axis.size + tap.index
        part = _pixels(images, number)
        if weights := [tap.weight for tap in taps if tap.weight is not None]:
            part = part * _per_image(reduce(Term.__mul__, weights))
        if inside := [tap.inside for tap in taps if tap.inside is not None]:
            part = _per_image(reduce(Term.__and__, inside)).choose(part, 0)
        parts.append(part)
    places = sizes.apply("Slice", integers(e, 0), integers(e, 2))
    around = grid.apply("Shape", kind=TensorProto.INT64)
    around = around.apply("Slice", integers(e, 1), integers(e, rank - 1))
    total = reduce(Term.__add__, parts).apply("Reshape", places.apply("Concat", around, axis=0))
    total.cast(x.kind).gives(e.node.output[0])
    return True


def _joined(sizes: Term, rank: int, span: tuple[int, int]) -> Term:
    """The sizes with those of `span` as one."""
    e = sizes.expansion
    head = sizes.apply("Slice", integers(e, 0), integers(e, span[0]))
    tail = sizes.apply("Slice", integers(e, span[1]), integers(e, rank))
    return head.apply("Concat", integers(e, -1), tail, axis=0)


def _per_image(places: Term) -> Term:
    """Something for each place, the same for all channels: images, 1, places."""
    return places.apply("Reshape", integers(places.expansion, 0, 1, -1))


def _pixels(images: Term, number: Term) -> Term:
    """What stands at the pixels of those numbers, for each image and channel."""
    e = images.expansion
    index = _per_image(number.cast(TensorProto.INT64))
    channels = images.apply("Shape", kind=TensorProto.INT64).taken(integers(e, 1))
    shape = index.apply("Shape", kind=TensorProto.INT64)
    first, last = (shape.taken(integers(e, k)) for k in (0, 2))
    index = index.apply("Expand", first.apply("Concat", channels, last, axis=0))
    return images.apply("GatherElements", index, axis=2)


@dataclass(frozen=True)
class _Tap:
    """A neighbour along one axis, for each result."""

    index: Term
    """A whole number from 0 to below the size, but of a real type."""
    weight: Term | None
    """None for 1."""
    inside: Term | None
    """Whether it is there; None for always."""


@dataclass(frozen=True)
class _Axis:
    """One axis; its size, without dimensions, has the type of the places."""

    given: Term
    """The place of each result, from -1 to 1."""
    size: Term

    @property
    def e(self) -> Expansion:
        return self.given.expansion

    @property
    def padding(self) -> str:
        return self.e.text("padding_mode", "zeros")

    @property
    def aligned(self) -> bool:
        return bool(self.e.attributes.get("align_corners", 0))

    @property
    def low(self) -> float:
        """The border; the other one is as far from the last pixel."""
        return 0.0 if self.aligned else -0.5

    def neighbours(self) -> Sequence[_Tap]:
        place, mode = self.place(), self.e.text("mode", "linear")
        if mode == "nearest":
            return [self.tap(place, None)]
        cubic = mode in ("cubic", "bicubic")
        taps, weigh = (range(-1, 3), _cubic) if cubic else (range(2), _linear)
        left = place.apply("Floor")
        return [self.tap(left + t, weigh((left + t - place).apply("Abs"))) for t in taps]

    def place(self) -> Term:
        """From 0 to the size; what lies beyond as the padding wants it."""
        if self.aligned:
            place = (self.given + 1) / 2.0 * (self.size - 1)
        else:
            place = ((self.given + 1) * self.size - 1) / 2.0
        if self.e.text("mode", "linear") == "nearest":
            place = place.apply("Round")
        if self.padding == "reflection":
            return self.reflected(place)
        if self.padding == "zeros":
            return place
        beyond = (place < self.low) | (place > self.size - 1 - self.low)
        return beyond.choose(self.clamped(place), place)

    def tap(self, index: Term, weight: Term | None) -> _Tap:
        last = self.size - 1
        inside = (index >= 0) & (index <= last) if self.padding == "zeros" else None
        if self.padding == "reflection":
            index = self.reflected(index).apply("Round")
        return _Tap(self.clamped(index), weight, inside)

    def clamped(self, place: Term) -> Term:
        return place.at_least(0).at_most(self.size - 1)

    def reflected(self, place: Term) -> Term:
        """Mirrored at the borders, as often as needed."""
        low, length = self.low, self.size - (1 + 2 * self.low)
        beyond = (place < low).choose(low - place, place - low)
        turns = (beyond / length).apply("Floor")
        rest = beyond - turns * length
        odd = (turns - (turns / 2.0).apply("Floor") * 2.0).equals(1)
        return odd.choose(length - rest, rest) + low


def _linear(distance: Term) -> Term:
    return 1 - distance


def _cubic(distance: Term) -> Term:
    d = distance
    near = (d * (_CUBIC + 2) - (_CUBIC + 3)) * d * d + 1
    far = (((d - 5) * d + 8) * d - 4) * _CUBIC
    return (d <= 1).choose(near, far)


def affine_grid(e: Expansion) -> bool:
    """
    The places that `GridSample` reads for an affine map of the image.

    ```
    y[n, h, w, c] = theta[n, c, 0] * place(w) + theta[n, c, 1] * place(h) + theta[n, c, 2]
    ```
    """
    theta, sizes = required(e, 0), required(e, 1)
    result = e.shape(e.node.output[0])
    rows = (e.shape(theta.name) or [0, 0])[1]
    if not rows:
        return False
    columns: list[Term] = []
    for number in range(rows + 1):
        column = theta.taken(number, axis=2)
        if number < rows:
            axis = rows - 1 - number
            count = sizes.taken(2 + axis)
            if result and result[1 + axis]:
                count = constant(e, result[1 + axis])
            place = _from_edge_to_edge(sequence(count).cast(theta.kind), count.cast(theta.kind))
            along = place.reshaped(-1, *([1] * (rows - 1 - axis)), 1)
            columns.append(along * column.reshaped(-1, *([1] * rows), rows))
        else:
            columns.append(column.reshaped(-1, *([1] * rows), rows))
    reduce(Term.__add__, columns).gives(e.node.output[0])
    return True


def _from_edge_to_edge(index: Term, count: Term) -> Term:
    """From -1 to 1: the middles of the first and the last pixel, or their outer edges."""
    if index.expansion.attributes.get("align_corners", 0):
        return count.equals(1).choose(index, index * 2 / (count - 1) - 1)
    return (index * 2 + 1) / count - 1
