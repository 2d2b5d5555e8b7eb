"""`Resize`: one axis after the other, each result a weighted sum of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import floor

from onnx import TensorProto

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, constant, operand, required, sequence

_REAL = TensorProto.DOUBLE
"""What places and weights are computed in, as by ONNX's reference."""


def resize(e: Expansion) -> bool:
    """
    Places and weights of neighbours are vectors as long as the axis; folding computes them once
    where the sizes are known.

    ```
    y[.., i, ..] = sum over t of x[.., neighbour(i, t), ..] * weight(i, t)
    ```

    Raises `SDFGError` where the number of neighbours depends on sizes that are not known.
    """
    x = required(e, 0)
    shape, result = e.shape(x.name), e.shape(e.node.output[0])
    if shape is None:
        return False
    nearest = e.text("mode", "nearest") == "nearest"
    value = x if nearest else x.cast(_REAL if x.kind == _REAL else TensorProto.FLOAT)
    axes = [axis % len(shape) for axis in e.attributes.get("axes", range(len(shape)))]
    for axis in _changing(x, axes, shape, result or [0] * len(shape)):
        value = axis.nearest(value) if nearest else axis.interpolated(value)
    value.cast(x.kind).gives(e.node.output[0])
    return True


def _changing(
    x: Term, axes: Sequence[int], shape: Sequence[int], result: Sequence[int]
) -> list["_Axis"]:
    """The axes that are not known to stay as they are."""
    e = x.expansion
    region, scales, sizes = (operand(e, number) for number in (1, 2, 3))
    crops = e.text(_MODE, "half_pixel") == "tf_crop_and_resize"
    known = None if scales is None else e.known(scales.name)
    counts = [x.apply("Shape", kind=TensorProto.INT64).taken(axis) for axis in axes]
    reals = [count.cast(_REAL) for count in counts]
    common = None if sizes is None else _common_scale(sizes, reals)
    found: list[_Axis] = []
    for number, axis in enumerate(axes):
        unscaled = common is None if scales is None else known is not None and known[number] == 1
        if shape[axis] == result[axis] != 0 and unscaled and not crops:
            continue
        if scales is not None:
            scale = scales.taken(number).cast(_REAL)
            length = scale * reals[number]
        else:
            assert sizes is not None
            length = sizes.taken(number).cast(_REAL)
            scale = length / reals[number] if common is None else common
            length = length if common is None else scale * reals[number] + 0.5
        whole = length.apply("Floor").cast(TensorProto.INT64)
        count = constant(e, result[axis]) if result[axis] else whole
        part = None
        if crops and region is not None:
            start, end = (region.taken(number + k * len(axes)).cast(_REAL) for k in (0, 1))
            part = (start, end)
        found.append(
            _Axis(axis, len(shape), reals[number], count, scale, part, (shape[axis], result[axis]))
        )
    return found


_MODE = "coordinate_transformation_mode"


def _common_scale(sizes: Term, counts: Sequence[Term]) -> Term | None:
    """The one scale of all axes, where the ratio of the sizes is kept."""
    policy = sizes.expansion.text("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch":
        return None
    scales = [sizes.taken(k).cast(_REAL) / count for k, count in enumerate(counts)]
    return reduce(Term.at_most if policy == "not_larger" else Term.at_least, scales)


@dataclass(frozen=True)
class _Axis:
    """What happens along one axis; sizes and scale are terms without dimensions."""

    axis: int
    rank: int
    before: Term
    count: Term
    """How many there are afterwards."""
    scale: Term
    region: tuple[Term, Term] | None
    sizes: tuple[int, int]
    """Before and afterwards, 0 if not known."""

    @property
    def e(self) -> Expansion:
        return self.scale.expansion

    def places(self) -> Term:
        """Where each result lies among what there was: a vector."""
        i, scale = sequence(self.count).cast(_REAL), self.scale
        last, width = self.before - 1, self.scale * self.before
        match self.e.text(_MODE, "half_pixel"):
            case "align_corners":
                return width.equals(1).choose(0, i * last / (width - 1))
            case "asymmetric":
                return i / scale
            case "tf_crop_and_resize":
                assert self.region is not None
                start, end = self.region
                middle = (end - start) * last / 2
                inner = i * (end - start) * last / (width - 1)
                return width.equals(1).choose(middle, inner) + start * last
            case "pytorch_half_pixel":
                return width.equals(1).choose(-0.5, (i + 0.5) / scale - 0.5)
            case "half_pixel_symmetric":
                centre = 1.0 - self.count.cast(_REAL) / width
                return self.before / 2 * centre + (i + 0.5) / scale - 0.5
            case "half_pixel":
                return (i + 0.5) / scale - 0.5
            case other:
                raise SDFGError(f"{self.e.node.name}: 'Resize' with unknown mode '{other}'")

    def nearest(self, value: Term) -> Term:
        places = self.places()
        match self.e.text("nearest_mode", "round_prefer_floor"):
            case "floor":
                index = places.apply("Floor")
            case "ceil":
                index = places.apply("Ceil")
            case "round_prefer_ceil":
                index = (places + 0.5).apply("Floor")
            case _:
                index = (places - 0.5).apply("Ceil")
        return self.cropped(value.taken(self.inside(index), self.axis), places)

    def interpolated(self, value: Term) -> Term:
        places = self.places()
        left = places.apply("Floor")
        neighbours = [left + tap for tap in self.taps()]
        weights = [self.weight((n - places).apply("Abs")) for n in neighbours]
        if self.e.attributes.get("exclude_outside", 0):
            last = self.before - 1
            outside = [(n < 0) | (n > last) for n in neighbours]
            weights = [o.choose(0, w) for o, w in zip(outside, weights, strict=True)]
        if self.e.attributes.get("exclude_outside", 0) or self.smoothed:
            total = reduce(Term.__add__, weights)
            weights = [w / total for w in weights]
        parts = [
            value.taken(self.inside(n), self.axis) * self.along(w.cast(value.kind))
            for n, w in zip(neighbours, weights, strict=True)
        ]
        return self.cropped(reduce(Term.__add__, parts), places)

    @property
    def smoothed(self) -> bool:
        return bool(self.e.attributes.get("antialias", 0))

    @property
    def reach(self) -> int:
        """How far from its place a result has neighbours, where it is not made smaller."""
        return 2 if self.e.text("mode", "nearest") == "cubic" else 1

    def taps(self) -> range:
        """Neighbours that may count, from the next one on the left."""
        if not self.smoothed:
            return range(1 - self.reach, self.reach + 1)
        before, after = self.sizes
        if not before or not after:
            raise SDFGError(
                f"{self.e.node.name}: 'Resize' with antialias and sizes that are not known\n"
                "hint: give the model static sizes"
            )
        first = floor(-self.reach * max(before / after, 1)) + 1
        return range(first, 2 - first)

    def weight(self, distance: Term) -> Term:
        """Of a neighbour, by its distance."""
        if self.smoothed:
            distance = distance * self.scale.at_most(1)
        if self.reach == 1:
            return (1 - distance).at_least(0)
        a, d = float(self.e.attributes.get("cubic_coeff_a", -0.75)), distance
        near = ((d * (a + 2)) - (a + 3)) * d * d + 1
        far = (((d - 5) * d + 8) * d - 4) * a
        return (d <= 1).choose(near, (d < 2).choose(far, 0))

    def inside(self, index: Term) -> Term:
        """Indices beyond an end are that end's."""
        return index.at_least(0).at_most(self.before - 1).cast(TensorProto.INT64)

    def cropped(self, value: Term, places: Term) -> Term:
        """Where a region is cut out, what lies outside is a number of its own."""
        if self.region is None:
            return value
        outside = (places < 0) | (places > self.before - 1)
        number = value.number(self.e.attributes.get("extrapolation_value", 0.0))
        return self.along(outside).choose(number, value)

    def along(self, vector: Term) -> Term:
        """A vector that lies along the axis."""
        return vector.reshaped(-1, *([1] * (self.rank - 1 - self.axis)))
