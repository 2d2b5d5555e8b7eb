"""Random nodes that move elements, and those that make them from sizes."""

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from fuzz.builder import F32, I32, I64, Builder, Rejected


def axis_of(b: Builder, rank: int, *, more: int = 0) -> int:
    """An axis, in both ways of counting."""
    if rank + more == 0:
        raise Rejected
    return b.integer(-(rank + more), rank + more - 1)


def axes_of(b: Builder, rank: int, *, least: int = 0) -> list[int]:
    """Different axes, some of them counted from the end."""
    chosen = b.some(range(rank), least)
    axes = [axis - rank if b.chance(35) else axis for axis in chosen]
    return axes[::-1] if b.chance(25) else axes


def reshape(b: Builder) -> None:
    x = b.value(b.dtype("Reshape"))
    array = b.get(x)
    left, sizes = array.size, list[int]()
    for _ in range(b.integer(0, 4)):
        divisors = [d for d in range(1, min(left, 40) + 1) if left % d == 0] or [0]
        sizes.append(b.pick(divisors))
        left //= max(1, sizes[-1])
    if array.size and left != 1:
        sizes.insert(b.integer(0, len(sizes)), left)
    if not array.size and 0 not in sizes:
        sizes.append(0)
    options: dict[str, Any] = {}
    if b.since("Reshape") >= 14 and (not array.size or b.chance(10)):
        options["allowzero"] = 1
    elif not array.size:
        sizes = list(array.shape)
    for k, size in enumerate(sizes):
        if not options and k < array.ndim and array.shape[k] == size and b.chance(30):
            sizes[k] = 0
    if sizes and array.size and b.chance(45):
        sizes[b.integer(0, len(sizes) - 1)] = -1
    b.add("Reshape", [x, b.parameter(sizes)], **options)


def flatten(b: Builder) -> None:
    x = b.value(b.dtype("Flatten"))
    rank = b.get(x).ndim
    low = -rank if b.since("Flatten") >= 11 else 0
    b.add("Flatten", [x], **b.maybe(axis=b.integer(low, rank)))


def squeeze(b: Builder) -> None:
    x = b.value(b.dtype("Squeeze"))
    shape = b.get(x).shape
    ones = [k for k, size in enumerate(shape) if size == 1]
    chosen = b.some(ones, 1)
    axes = [k - len(shape) if b.since("Squeeze") >= 11 and b.chance(30) else k for k in chosen]
    _with_axes(b, "Squeeze", x, axes if axes and b.chance(75) else None)


def unsqueeze(b: Builder) -> None:
    x = b.value(b.dtype("Unsqueeze"), rank=(0, 4))
    rank = b.get(x).ndim
    count = b.integer(1, 2)
    old = b.since("Unsqueeze") < 11
    axes: list[int] = []
    for _ in range(count):
        axis = b.integer(0 if old else -(rank + count), rank + count - 1)
        if axis % (rank + count) in [a % (rank + count) for a in axes]:
            raise Rejected
        axes.append(axis)
    _with_axes(b, "Unsqueeze", x, axes)


def _with_axes(b: Builder, op: str, x: str, axes: list[int] | None, **options: Any) -> None:
    """Axes are an attribute before operator set 13, an operand since."""
    if axes is None:
        b.add(op, [x], **options)
    elif b.since(op) >= 13:
        b.add(op, [x, b.parameter(axes)], **options)
    else:
        b.add(op, [x], axes=axes, **options)


def transpose(b: Builder) -> None:
    x = b.value(b.dtype("Transpose"))
    order = list(range(b.get(x).ndim))
    for k in range(len(order) - 1, 0, -1):
        j = b.integer(0, k)
        order[j], order[k] = order[k], order[j]
    b.add("Transpose", [x], **(b.maybe(perm=order) if order else {}))


def expand(b: Builder) -> None:
    x = b.value(b.dtype("Expand"))
    shape = list(b.get(x).shape)
    sizes = [b.size(0, 5) if size == 1 and b.chance(60) else size for size in shape]
    sizes = [1 if b.chance(15) else size for size in sizes]
    sizes = sizes[b.integer(0, len(sizes)) if b.chance(15) else 0 :]
    if len(sizes) < 5 and b.chance(30):
        sizes.insert(0, b.size(1, 4))
    b.add("Expand", [x, b.parameter(sizes)])


def tile(b: Builder) -> None:
    x = b.value(b.dtype("Tile"))
    b.add("Tile", [x, b.parameter([b.pick([1, 2, 3, 1, 0]) for _ in b.get(x).shape])])


def concat(b: Builder) -> None:
    x = b.value(b.dtype("Concat"), rank=(1, 5))
    shape, kind = b.get(x).shape, b.get(x).dtype
    axis = axis_of(b, len(shape)) if b.since("Concat") >= 11 else b.integer(0, len(shape) - 1)
    names = [x]
    for _ in range(b.integer(0, 3)):
        other = list(shape)
        if b.chance(60):
            other[axis] = b.size(0, 5)
        names.append(b.value(kind, tuple(other)))
    b.add("Concat", names, axis=axis)


def split(b: Builder) -> None:
    x = b.value(b.dtype("Split"), rank=(1, 5))
    shape, since = b.get(x).shape, b.since("Split")
    axis = axis_of(b, len(shape)) if since >= 11 else b.integer(0, len(shape) - 1)
    size, count = shape[axis], b.integer(1, 4)
    options: dict[str, Any] = {"axis": axis} if axis or b.chance(50) else {}
    if b.chance(50):
        cuts = sorted(b.integer(0, size) for _ in range(count - 1))
        parts = [high - low for low, high in zip([0, *cuts], [*cuts, size], strict=True)]
        names = [x, b.parameter(parts)] if since >= 13 else [x]
        b.add("Split", names, count, **options, **({} if since >= 13 else {"split": parts}))
        return
    if since < 18 and size % count:
        raise Rejected
    if since >= 18:
        if (size + count - 1) // count * (count - 1) >= max(size, 1) and size % count:
            raise Rejected
        options["num_outputs"] = count
    b.add("Split", [x], count, **options)


def slice_(b: Builder) -> None:
    x = b.value(b.dtype("Slice"), rank=(1, 5))
    shape = b.get(x).shape
    axes = axes_of(b, len(shape), least=1)
    if b.since("Slice") < 10:
        axes = sorted(axis % len(shape) for axis in axes)
    starts, ends, steps = list[int](), list[int](), list[int]()
    for axis in axes:
        size = shape[axis]
        low, high = (b.integer(-size - 2, size + 2) for _ in range(2))
        starts.append(low)
        ends.append(b.pick([high, 2**31 - 1, 2**63 - 1]) if b.chance(25) else high)
        steps.append(b.pick([1, 1, 2, -1, -2, 3]))
        if steps[-1] < 0:  # the reference does not clamp what lies before the beginning
            starts[-1], ends[-1] = max(starts[-1], -size), max(ends[-1], -size)
    if b.since("Slice") < 10:
        options = {} if axes == list(range(len(axes))) and b.chance(40) else {"axes": axes}
        b.add("Slice", [x], 1, starts=starts, ends=ends, **options)
        return
    narrow = b.chance(20) and max(map(abs, ends)) < 2**31
    parts = [b.parameter(p, np.int32 if narrow else np.int64) for p in (starts, ends, axes, steps)]
    given = [x, *parts]
    if b.chance(30):
        given = given[:4]
    b.add("Slice", given)


def _indices(b: Builder, shape: tuple[int, ...], size: int, op: str) -> str:
    if size == 0 and prod(shape):
        raise Rejected
    low = -size if b.since(op) >= 11 else 0
    kind = b.pick([I64, I64, I32])
    return b.new(b.random.integers(low, max(size, 1), shape).astype(kind), constant=50)


def gather(b: Builder) -> None:
    x = b.value(b.dtype("Gather"), rank=(1, 5))
    shape = b.get(x).shape
    axis = axis_of(b, len(shape))
    index = _indices(b, b.shape(0, 2), shape[axis], "Gather")
    b.add("Gather", [x, index], **({"axis": axis} if axis or b.chance(50) else {}))


def gather_elements(b: Builder) -> None:
    x = b.value(b.dtype("GatherElements"), rank=(1, 4))
    shape = b.get(x).shape
    axis = axis_of(b, len(shape))
    sizes = [size if b.chance(50) else b.integer(0, size) for size in shape]
    sizes[axis] = b.size(0, 8)
    index = _indices(b, tuple(sizes), shape[axis], "GatherElements")
    b.add("GatherElements", [x, index], **b.maybe(axis=axis) if axis == 0 else {"axis": axis})


def gather_nd(b: Builder) -> None:
    x = b.value(b.dtype("GatherND"), rank=(1, 4), least=1)
    shape = b.get(x).shape
    batch = b.integer(0, len(shape) - 1) if b.since("GatherND") >= 12 and b.chance(40) else 0
    depth = b.integer(1, len(shape) - batch)
    index = _tuples(b, (*shape[:batch], *b.shape(0 if batch else 1, 2)), shape[batch:], depth)
    b.add("GatherND", [x, index], **({"batch_dims": batch} if batch else {}))


def _tuples(b: Builder, outer: tuple[int, ...], shape: tuple[int, ...], depth: int) -> str:
    parts = [b.random.integers(-size, size, outer) for size in shape[:depth]]
    return b.new(np.stack(parts, -1), constant=50)


def scatter_elements(b: Builder) -> None:
    op = "ScatterElements" if b.opset >= 11 else "Scatter"
    x = b.value(b.dtype(op), rank=(1, 4), least=1)
    shape, kind = b.get(x).shape, b.get(x).dtype
    axis = axis_of(b, len(shape)) if b.opset >= 11 else b.integer(0, len(shape) - 1)
    reductions = {16: ["add", "mul"], 18: ["add", "mul", "max", "min"]}
    known = reductions.get(b.since(op), ["none"])
    reduction = b.pick(known) if b.since(op) >= 16 and b.chance(50) else "none"
    sizes = [b.integer(1, size) for size in shape]
    flat = np.stack([b.random.permutation(shape[axis])[: sizes[axis]] for _ in range(prod(sizes))])
    index = flat[: prod(sizes) // sizes[axis]].reshape(
        *[s for k, s in enumerate(sizes) if k != axis % len(sizes)], sizes[axis]
    )
    index = np.moveaxis(index, -1, axis)  # each position once: several have no defined order
    indices = b.new(np.ascontiguousarray(index), constant=50)
    options: dict[str, Any] = {} if reduction == "none" else {"reduction": reduction}
    b.add(op, [x, indices, b.value(kind, tuple(sizes))], axis=axis, **options)


def scatter_nd(b: Builder) -> None:
    x = b.value(b.dtype("ScatterND"), rank=(1, 4), least=1)
    shape, kind = b.get(x).shape, b.get(x).dtype
    depth = b.integer(1, len(shape))
    cells = prod(shape[:depth])
    count = b.integer(1, min(cells, 6))
    chosen = b.random.permutation(cells)[:count]
    index = np.stack(np.unravel_index(chosen, shape[:depth]), -1).astype(np.int64)
    names = {13: ["none"], 16: ["none", "add", "mul"], 18: ["none", "add", "mul", "max", "min"]}
    reduction = b.pick(names.get(b.since("ScatterND"), ["none"]))
    options: dict[str, Any] = {} if reduction == "none" else {"reduction": reduction}
    updates = b.value(kind, (count, *shape[depth:]))
    b.add("ScatterND", [x, b.new(index, constant=50), updates], **options)


def pad(b: Builder) -> None:
    x = b.value(b.dtype("Pad"), rank=(1, 5), least=1)
    shape, since = b.get(x).shape, b.since("Pad")
    modes = ["constant", "reflect", "edge"] + (["wrap"] if since >= 19 else [])
    mode = b.pick(modes)
    axes = axes_of(b, len(shape), least=1) if since >= 18 and b.chance(40) else range(len(shape))
    limits = [shape[a] - 1 if mode == "reflect" else 3 for a in axes] * 2
    low = -1 if mode == "constant" and b.chance(20) else 0
    pads = [b.integer(low, max(0, min(limit, 3))) for limit in limits]
    options = {} if mode == "constant" and b.chance(50) else {"mode": mode}
    if since < 11:
        b.add("Pad", [x], pads=pads, **options, **b.maybe(value=b.real(-2, 2)))
        return
    names = [x, b.parameter(pads)]
    explicit = since >= 18 and list(axes) != list(range(len(shape)))
    if mode == "constant" and b.chance(50):
        names.append(b.new(b.content(b.get(x).dtype, ()), constant=80))
    elif explicit:
        names.append("")
    b.add("Pad", [*names, *([b.parameter(list(axes))] if explicit else [])], 1, **options)


def depth_and_space(b: Builder) -> None:
    block = b.integer(1, 3)
    if b.chance(50):
        sizes = (b.size(0, 3), block * block * b.integer(1, 3), b.size(1, 5), b.size(1, 5))
        x = b.value(b.dtype("DepthToSpace"), sizes)
        mode = b.maybe(mode=b.pick(["DCR", "CRD"])) if b.since("DepthToSpace") >= 11 else {}
        b.add("DepthToSpace", [x], 1, blocksize=block, **mode)
        return
    sizes = (b.size(0, 3), b.size(1, 3), block * b.integer(1, 3), block * b.integer(1, 3))
    b.add("SpaceToDepth", [b.value(b.dtype("SpaceToDepth"), sizes)], blocksize=block)


def sizes(b: Builder) -> None:
    if b.chance(25):
        b.add("Size", [b.value(b.dtype("Size"))])
        return
    x = b.value(b.dtype("Shape"))
    rank = b.get(x).ndim
    found = b.maybe(start=b.integer(-rank - 1, rank + 1), end=b.integer(-rank - 1, rank + 1))
    (shape,) = b.add("Shape", [x], **(found if b.since("Shape") >= 15 else {}))
    if b.chance(60):
        b.add("ConstantOfShape", [shape], **_filler(b))


def _filler(b: Builder) -> dict[str, Any]:
    """The value of `ConstantOfShape`."""
    kind = b.pick([F32, I64, I32])
    return b.maybe(value=numpy_helper.from_array(np.array([b.integer(-3, 3)], kind)))


def constant_of_shape(b: Builder) -> None:
    b.add("ConstantOfShape", [b.parameter(b.shape(0, 3))], **_filler(b))


def range_(b: Builder) -> None:
    kind = b.dtype("Range")
    start, step = b.integer(-5, 5), b.pick([1, 2, -1, -3])
    limit = start + step * b.integer(-1, 8)
    names = [b.new(np.array(v, kind), constant=80) for v in (start, limit, step)]
    b.add("Range", names)


def eye_like(b: Builder) -> None:
    x = b.value(b.dtype("EyeLike"), rank=(2, 2))
    kind = helper.np_dtype_to_tensor_dtype(b.pick([F32, I64]))
    b.add("EyeLike", [x], **b.maybe(k=b.integer(-3, 3), dtype=kind))


def trilu(b: Builder) -> None:
    x = b.value(b.dtype("Trilu"), rank=(2, 4))
    names = [x, b.parameter(b.integer(-4, 4))] if b.chance(60) else [x]
    b.add("Trilu", names, **b.maybe(upper=b.integer(0, 1)))


def one_hot(b: Builder) -> None:
    depth = b.integer(1, 5)
    indices = b.new(b.random.integers(-depth - 1, depth + 1, b.shape(0, 3)), constant=40)
    kind = b.dtype("OneHot", 2)
    values = b.new(b.content(kind, (2,)), constant=80)
    rank = b.get(indices).ndim
    options = b.maybe(axis=b.integer(-rank - 1, rank))
    b.add("OneHot", [indices, b.parameter(b.pick([depth, [depth]])), values], **options)


def compress(b: Builder) -> None:
    x = b.value(b.dtype("Compress"), rank=(1, 4), least=1)
    shape = b.get(x).shape
    axis = axis_of(b, len(shape)) if b.chance(70) else None
    size = b.get(x).size if axis is None else shape[axis]
    condition = b.new(b.random.random((b.integer(1, size),)) < 0.5, constant=60)
    b.add("Compress", [x, condition], **({} if axis is None else {"axis": axis}))


def reverse_sequence(b: Builder) -> None:
    x = b.value(b.dtype("ReverseSequence"), rank=(2, 4), least=1)
    shape, time = b.get(x).shape, b.integer(0, 1)
    lengths = b.random.integers(1, shape[time] + 1, (shape[1 - time],))
    b.add("ReverseSequence", [x, b.new(lengths, constant=40)], time_axis=time, batch_axis=1 - time)


def found_sizes(b: Builder) -> None:
    """Results whose size depends on values."""
    if b.chance(50):
        b.add("NonZero", [b.value(b.dtype("NonZero"), rank=(1, 4))])
        return
    x = b.value(b.dtype("Unique"), rank=(1, 3), least=1)
    options = b.maybe(sorted=b.integer(0, 1), axis=axis_of(b, b.get(x).ndim))
    b.add("Unique", [x], b.integer(1, 4), **options)


MAKERS: tuple[tuple[int, Callable[[Builder], None]], ...] = (
    (6, reshape),
    (2, flatten),
    (2, squeeze),
    (3, unsqueeze),
    (5, transpose),
    (3, expand),
    (2, tile),
    (4, concat),
    (4, split),
    (6, slice_),
    (4, gather),
    (2, gather_elements),
    (2, gather_nd),
    (2, scatter_elements),
    (2, scatter_nd),
    (4, pad),
    (2, depth_and_space),
    (2, sizes),
    (1, constant_of_shape),
    (1, range_),
    (1, eye_like),
    (2, trilu),
    (1, one_hot),
    (1, compress),
    (1, reverse_sequence),
    (1, found_sizes),
)
