"""Operators whose operands say at run time where elements come from, or go to."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import numpy as np
from onnx import TensorProto

from sdfg.lowering.frontend.onnx_expansion import Expansion
from sdfg.lowering.frontend.onnx_terms import Term, along, constant, integers, operand, required

_INDEX = TensorProto.INT64


def computed_slice(e: Expansion) -> bool:
    """
    `Slice` with bounds that are computed, where the sizes before and after are known.

    ```
    y[.., i, ..] = x[.., start + i * step, ..]
    ```
    """
    x, before, after = required(e, 0), e.static(e.node.input[0]), e.static(e.node.output[0])
    if before is None or after is None or all(e.settled(k) for k in range(1, 5)):
        return False
    starts = required(e, 1).cast(_INDEX)
    steps = operand(e, 4)
    for axis, first, step in _by_axis(e, 3, len(before), (starts, 0), (steps, 1)):
        size = before[axis]
        place = (first < 0).choose(first + size, first).at_least(0).at_most(size - 1)
        x = x.taken(place + step * constant(e, np.arange(after[axis])), axis)
    x.gives(e.node.output[0])
    return True


def computed_pad(e: Expansion) -> bool:
    """
    `Pad` with sizes that are computed, where those before and after are known.

    ```
    y[.., i, ..] = x[.., i - begin, ..], or a number where that is outside
    ```
    """
    x, before, after = required(e, 0), e.static(e.node.input[0]), e.static(e.node.output[0])
    if before is None or after is None or 0 in before or (e.settled(1) and e.settled(3)):
        return False
    begins, _ = _halves(required(e, 1).cast(_INDEX))
    mode, value, inside = e.text("mode", "constant"), operand(e, 2), list[Term]()
    for axis, begin in _by_axis(e, 3, len(before), (begins, 0)):
        index, last = constant(e, np.arange(after[axis])) - begin, before[axis] - 1
        if mode == "constant":
            shape = (-1, *([1] * (len(before) - 1 - axis)))
            inside.append(((index >= 0) & (index <= last)).reshaped(*shape))
        elif mode == "wrap":
            index = index.apply("Mod", last + 1)
        elif mode == "reflect":
            index = index.apply("Mod", 2 * last) if last else index * 0
            index = index.at_most(2 * last - index)
        x = x.taken(index.at_least(0).at_most(last), axis)
    if inside:
        outside: Term | int = 0 if value is None else value.reshaped()
        x = reduce(Term.__and__, inside).choose(x, outside)
    x.gives(e.node.output[0])
    return True


def _halves(both: Term) -> tuple[Term, Term]:
    """The first and the second half of a vector."""
    rows = both.reshaped(2, -1)
    return rows.taken(0), rows.taken(1)


def _by_axis(
    e: Expansion, number: int, rank: int, *vectors: tuple[Term | None, int]
) -> list[tuple[int, *tuple[Term, ...]]]:
    """
    The entry of each vector for each axis; `number` is the operand that says which axes they are
    for. For others the number beside the vector counts, as for all without a vector.
    """
    axes = operand(e, number)
    known = None if axes is None else e.known(axes.name)
    if axes is not None and known is None:
        place = axes.cast(_INDEX)
        place = (place < 0).choose(place + rank, place)
        whole = [_spread(e, place, rank, vector, other) for vector, other in vectors]
        return [(k, *(vector.taken(k) for vector in whole)) for k in range(rank)]
    given = (e.shape(e.node.input[1]) or [0])[0] // (2 if e.node.op_type == "Pad" else 1)
    chosen = list(range(given or rank)) if known is None else [int(k) % rank for k in known]
    return [
        (
            axis,
            *(
                constant(e, other) if vector is None else vector.cast(_INDEX).taken(k)
                for vector, other in vectors
            ),
        )
        for k, axis in enumerate(chosen)
    ]


def _spread(e: Expansion, place: Term, rank: int, vector: Term | None, other: int) -> Term:
    whole = constant(e, [other] * rank)
    if vector is None:
        return whole
    return whole.apply("ScatterElements", place, vector.cast(_INDEX), axis=0)


def cum_sum(e: Expansion) -> bool:
    """A sum along an axis that is computed: one of those along each axis."""
    x, axis, shape = required(e, 0), required(e, 1), e.shape(e.node.input[0])
    if shape is None or e.settled(1):
        return False

    def summed(k: int) -> Term:
        return x.apply("CumSum", constant(e, k), **e.attributes)

    along(axis, len(shape), summed).gives(e.node.output[0])
    return True


def tensor_scatter(e: Expansion) -> bool:
    """
    Rows of a cache are replaced.

    ```
    y[b, .., (start[b] + i) mod length, ..] = update[b, .., i, ..]
    ```
    """
    cache, update, start = required(e, 0), required(e, 1), operand(e, 2)
    shape, written = e.static(cache.name), e.static(update.name)
    if shape is None or written is None:
        return False
    axis = int(e.attributes.get("axis", -2)) % len(shape)
    index = constant(e, np.arange(written[axis]).reshape(-1, *([1] * (len(shape) - axis - 1))))
    if start is not None:
        index = index + start.cast(_INDEX).reshaped(-1, *([1] * (len(shape) - 1)))
    if e.text("mode", "linear") == "circular":
        index = index.apply("Mod", shape[axis])
    index = index.apply("Expand", integers(e, *written))
    cache.apply("ScatterElements", index, update, axis=axis).gives(e.node.output[0])
    return True


def max_unpool(e: Expansion) -> bool:
    """
    Elements go where a maximum came from; all others are zero.

    ```
    y = reshaped(scattered(0, places, x))
    ```

    Places count in the shape that the kernel gives; what `output_shape` has beyond it is zero.
    """
    x, places = required(e, 0), required(e, 1)
    shape, result = e.static(x.name), e.static(e.node.output[0])
    if shape is None or result is None:
        return False
    kernel = list(map(int, e.attributes["kernel_shape"]))
    strides = e.attributes.get("strides", [1] * len(kernel))
    pads = e.attributes.get("pads", [0] * 2 * len(kernel))
    added = [a + b for a, b in zip(pads, pads[len(kernel) :], strict=False)]
    parts = zip(shape[2:], strides, added, kernel, strict=True)
    inner = [*shape[:2], *((n - 1) * s - p + k for n, s, p, k in parts)]
    zeros = x.number(0).apply("Expand", integers(e, int(np.prod(inner))))
    y = zeros.apply("ScatterElements", places.reshaped(-1), x.reshaped(-1), axis=0)
    beyond = [b - a for a, b in zip(inner, result, strict=True)]
    y = y.reshaped(*inner)
    if any(beyond):
        y = y.apply("Pad", integers(e, *([0] * len(inner)), *beyond))
    y.gives(e.node.output[0])
    return True


def col2im(e: Expansion) -> bool:
    """
    Blocks are put back to where they came from, and summed up.

    ```
    image[c, h * stride + kh * dilation - pad] += columns[c, kh, h]
    ```

    The sizes of the blocks are known, or follow from all other sizes.
    """
    x, before, after = required(e, 0), e.static(e.node.input[0]), e.static(e.node.output[0])
    if before is None or after is None:
        return False
    image = after[2:]
    known = e.known(e.node.input[2])
    blocks = [list(map(int, known))] if known is not None else _blocks(e, before, after)
    if not blocks:
        return False
    sums = [_summed(e, x, before, after, block) for block in blocks]
    result = sums[0]
    for block, other in zip(blocks[1:], sums[1:], strict=True):
        same = required(e, 2).equals(constant(e, block)).cast(_INDEX)
        fits = same.apply("ReduceMin", keepdims=0).equals(1)
        result = fits.choose(other, result)
    result.reshaped(*after[:2], *image).gives(e.node.output[0])
    return True


def _spatial(e: Expansion, rank: int) -> tuple[list[int], list[int], list[int]]:
    """Strides, dilations and pads."""
    found = e.attributes
    ones = [1] * rank
    return (
        found.get("strides", ones),
        found.get("dilations", ones),
        found.get("pads", [0] * 2 * rank),
    )


def _counts(e: Expansion, image: Sequence[int], block: Sequence[int]) -> list[int]:
    """How many blocks there are along each axis."""
    strides, dilations, pads = _spatial(e, len(image))
    reach = [d * (n - 1) + 1 for d, n in zip(dilations, block, strict=True)]
    return [
        (size + pads[k] + pads[k + len(image)] - reach[k]) // strides[k] + 1
        for k, size in enumerate(image)
    ]


def _blocks(e: Expansion, before: Sequence[int], after: Sequence[int]) -> list[list[int]]:
    """All sizes of blocks that fit the operand and the result."""
    image, elements = after[2:], before[1] // after[1]
    sizes = (range(1, size + 1) for size in image)
    found: list[list[int]] = [[]]
    for choices in sizes:
        found = [[*b, n] for b in found for n in choices if elements % int(np.prod([*b, n])) == 0]
    return [
        b
        for b in found
        if np.prod(b) == elements
        and min(counts := _counts(e, image, b)) > 0
        and np.prod(counts) == before[2]
    ]


def _summed(
    e: Expansion, x: Term, before: Sequence[int], after: Sequence[int], block: Sequence[int]
) -> Term:
    image, rank = after[2:], len(block)
    strides, dilations, pads = _spatial(e, rank)
    counts = _counts(e, image, block)
    columns = x.reshaped(before[0] * after[1], int(np.prod(block)), *counts)
    spread = [(n - 1) * s + 1 for n, s in zip(counts, strides, strict=True)]
    canvas = [
        max(size + pads[k] + pads[k + rank], spread[k] + dilations[k] * (block[k] - 1))
        for k, size in enumerate(image)
    ]
    parts: list[Term] = []
    for number, at in enumerate(np.ndindex(*block)):
        part = _dilated(columns.taken(number, axis=1), counts, strides)
        begins = [k * d for k, d in zip(at, dilations, strict=True)]
        ends = [c - b - s for c, b, s in zip(canvas, begins, spread, strict=True)]
        parts.append(part.apply("Pad", integers(e, 0, *begins, 0, *ends)))
    first = integers(e, *pads[:rank])
    last = integers(e, *(p + n for p, n in zip(pads, image, strict=False)))
    total = reduce(Term.__add__, parts)
    return total.apply("Slice", first, last, integers(e, *range(1, rank + 1)))


def _dilated(x: Term, counts: Sequence[int], strides: Sequence[int]) -> Term:
    """With zeros between elements, so that they are `strides` apart."""
    if all(s == 1 for s in strides):
        return x
    e, rank = x.expansion, len(counts)
    pairs = [n for count in counts for n in (count, 1)]
    ends = [n for s in strides for n in (0, s - 1)]
    x = x.reshaped(-1, *pairs).apply("Pad", integers(e, *([0] * (2 * rank + 2)), *ends))
    x = x.reshaped(-1, *(n * s for n, s in zip(counts, strides, strict=True)))
    zeros, axes = integers(e, *([0] * rank)), integers(e, *range(1, rank + 1))
    last = integers(e, *((n - 1) * s + 1 for n, s in zip(counts, strides, strict=True)))
    return x.apply("Slice", zeros, last, axes)


RULES: Mapping[str, Callable[[Expansion], bool]] = {
    "Col2Im": col2im,
    "CumSum": cum_sum,
    "MaxUnpool": max_unpool,
    "Pad": computed_pad,
    "Slice": computed_slice,
    "TensorScatter": tensor_scatter,
}
"""Applied with those of `onnx_settle`, before all others."""
