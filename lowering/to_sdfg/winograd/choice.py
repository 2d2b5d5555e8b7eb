"""Which convolutions pay as Winograd convolutions, and in tiles of which size."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xdsl.dialects.builtin import Float32Type
from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import is_constant
from sdfg.dialect.ops.contractions import ConvOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.library import integers
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.values import array_type
from sdfg.lowering.to_sdfg.winograd.toom_cook import Matrix, ToomCook

_NEAR = 3.0
"""Multiply-adds in the time in which a number is written to, or read from, the caches."""
_FAR = 20.0
"""Multiply-adds in the time in which a number is read from memory, as weights are."""

_BANDS = 4
"""Fewer bands than this gain less from the caches than threads lose that wait for each other."""


@dataclass(frozen=True)
class Convolution:
    """A convolution of steps 1 without groups, all sizes known but the number of images."""

    x: SSAValue
    w: SSAValue
    y: SSAValue
    images: Expr
    channels: int
    filters: int
    places: tuple[int, ...]
    """Extents of the result."""
    kernel: tuple[int, ...]

    @classmethod
    def of(cls, op: ConvOp) -> "Convolution | None":
        """What `op` is, if it is of that kind, in `f32`, with constant weights, and runs once."""
        (x, w), (y,) = op.inputs, op.outputs
        state = op.parent_op()
        if not isinstance(state, StateOp) or not isinstance(state.parent_op(), SdfgOp):
            return None
        if {*integers(op.strides), *integers(op.dilations), op.groups.value.data} != {1}:
            return None
        if any(not isinstance(array_type(v).element_type, Float32Type) for v in (x, w, y)):
            return None
        if not is_constant(w):
            return None
        images, *of_result = array_type(y).dims
        found = [symbolic.constant(e) for e in (*of_result, *array_type(w).dims)]
        sizes = [e for e in found if e is not None and e > 0]
        if len(sizes) < len(found) or images == 0:
            return None
        rank = array_type(y).rank - 1
        (filters, *places), (_, channels, *kernel) = sizes[:rank], sizes[rank:]
        return cls(x, w, y, images, channels, filters, tuple(places), tuple(kernel))

    @property
    def known_images(self) -> int:
        """How many images, one where that is not known."""
        return symbolic.constant(self.images) or 1


def tiles(extent: int, outputs: int) -> int:
    """How many tiles of `outputs` cover an extent."""
    return -(-extent // outputs)


def direct_cost(conv: Convolution) -> float:
    """Time of the convolution as it is defined, in multiply-adds of one lane."""
    weights = prod(conv.kernel) * conv.channels * conv.filters
    return conv.known_images * prod(conv.places) * weights + _FAR * weights


def winograd_cost(conv: Convolution, transforms: Sequence[ToomCook]) -> float:
    """The same for a Winograd convolution: products, transforms, and what passes the caches."""
    outputs = [t.outputs for t in transforms]
    count = conv.known_images * prod(map(tiles, conv.places, outputs))
    size = prod(t.size for t in transforms)
    into = additions([t.data for t in transforms])
    out = additions([t.result for t in transforms])
    weights = size * conv.channels * conv.filters
    moved = 2 * _NEAR * size * count * (conv.channels + conv.filters)
    arithmetic = count * (conv.channels * into + conv.filters * out)
    return count * weights + moved + arithmetic + _FAR * weights


def rows_in_band(conv: Convolution, transforms: Sequence[ToomCook], band_bytes: int) -> int | None:
    """
    How many rows of tiles of one image to transform and multiply before the next, if not all at
    once: as many as `band_bytes`, or what the weights take anyway, hold. They divide all rows.

    Nothing is gained where the weights, read again for each band, are as large as the rest.
    """
    size = prod(t.size for t in transforms)
    rows, *others = (tiles(e, t.outputs) for e, t in zip(conv.places, transforms, strict=True))
    row = 4 * size * prod(others) * (conv.channels + conv.filters)
    room = max(band_bytes, 4 * size * conv.channels * conv.filters)
    if (
        row * rows * conv.known_images < _BANDS * room
        and symbolic.constant(conv.images) is not None
    ):
        return None
    return max(r for r in range(1, rows + 1) if rows % r == 0 and (r * row <= room or r == 1))


def additions(matrices: Sequence[Matrix]) -> int:
    """About how many operations it takes to multiply along each dimension."""
    total = 0
    for axis, matrix in enumerate(matrices):
        lines = prod(len(m) for m in matrices[:axis]) * prod(
            len(m[0]) for m in matrices[axis + 1 :]
        )
        total += lines * sum(sum(bool(e) for e in row) for row in matrix)
    return total


def choose(
    conv: Convolution, sizes: Sequence[int], least_channels: int, least_gain: float
) -> tuple[ToomCook, ...] | None:
    """The transforms of each dimension that are fastest; None where the definition is."""
    if min(conv.channels, conv.filters) < least_channels or max(conv.kernel) < 2:
        return None
    best: tuple[ToomCook, ...] | None = None
    limit = direct_cost(conv) / least_gain
    for size in sizes:
        try:
            found = tuple(ToomCook.of(size if k > 1 else 1, k) for k in conv.kernel)
        except ValueError:
            continue
        cost = winograd_cost(conv, found)
        if cost < limit:
            best, limit = found, cost
    return best
