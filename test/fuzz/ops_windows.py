"""Random nodes with windows that move over images: convolutions, pooling, resizing; and layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fuzz.builder import F32, F64, I8, U8, Array, Builder, Rejected


def _image(b: Builder, op: str, channels: int | None = None) -> str:
    """A batch of images with one to three spatial dimensions."""
    spatial = b.pick([2, 2, 2, 1, 3])
    found = channels or b.pick([1, 3, 2, 4, 8])
    sizes = [b.pick([5, 7, 8, 4, 3, 1, 12]) for _ in range(spatial)]
    if spatial == 3:
        sizes = [min(size, 5) for size in sizes]
    return b.value(b.dtype(op), (b.pick([1, 2, 1]), found, *sizes), where=_finite)


def _finite(array: Array) -> bool:
    """Others skip NaN in maxima, and do not multiply what is infinite with padding."""
    return bool(np.isfinite(array.astype(np.float64)).all())


def _window(b: Builder, op: str, kernel: list[int], *, dilated: bool = True) -> dict[str, Any]:
    """Strides, dilations and padding, in all ways of saying them."""
    rank = len(kernel)
    found = b.maybe(strides=[b.pick([1, 2, 1, 3]) for _ in kernel])
    if dilated and b.chance(30):
        found["dilations"] = [b.pick([1, 2, 3]) for _ in kernel]
    if b.chance(25):
        found["auto_pad"] = b.pick(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"])
        if found["auto_pad"] != "NOTSET":
            return found
    limits = [min(2, size - 1) for size in kernel] if "Pool" in op else [2] * rank
    if b.chance(60):
        found["pads"] = [b.integer(0, limit) for limit in limits * 2]
    return found


def convolution(b: Builder) -> None:
    transposed = b.chance(30)
    op = "ConvTranspose" if transposed else "Conv"
    x = _image(b, op)
    _, channels, *sizes = b.get(x).shape
    group = b.pick([1, 1, channels, *(g for g in (2, 4) if channels % g == 0)])
    per_group = b.integer(1, 4)
    kernel = [b.pick([3, 1, 2, 5]) for _ in sizes]
    options = _window(b, op, kernel) | b.maybe(kernel_shape=kernel)
    if group != 1:
        options["group"] = group
    if transposed:
        shape = (channels, per_group, *kernel)
        strides = options.get("strides", [1] * len(kernel))
        if b.chance(30):
            options["output_padding"] = [b.integer(0, stride - 1) for stride in strides]
    else:
        shape = (per_group * group, channels // group, *kernel)
    names = [x, b.value(b.get(x).dtype, shape, where=_finite, constant=80)]
    if b.chance(50):
        names.append(b.value(b.get(x).dtype, (per_group * group,), constant=80))
    b.add(op, names, **options)


def pooling(b: Builder) -> None:
    op = b.pick(["MaxPool", "AveragePool", "LpPool", "MaxPool", "AveragePool"])
    x = _image(b, op)
    kernel = [b.pick([2, 3, 1]) for _ in b.get(x).shape[2:]]
    since = b.since(op)
    dilated = since >= {"MaxPool": 10, "AveragePool": 19, "LpPool": 18}[op]
    options = {"kernel_shape": kernel, **_window(b, op, kernel, dilated=dilated)}
    if since >= {"MaxPool": 10, "AveragePool": 10, "LpPool": 18}[op]:
        options |= b.maybe(ceil_mode=b.integer(0, 1))
    if op == "AveragePool":
        options |= b.maybe(count_include_pad=b.integer(0, 1))
    if op == "LpPool":
        options |= b.maybe(p=b.integer(1, 3))
    b.add(op, [x], 2 if op == "MaxPool" and b.chance(20) else 1, **options)


def global_pooling(b: Builder) -> None:
    op = b.pick(["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"])
    options = b.maybe(p=b.integer(1, 3)) if op == "GlobalLpPool" else {}
    b.add(op, [_image(b, op)], **options)


def integer_convolution(b: Builder) -> None:
    kinds = b.pick([U8, I8]), b.pick([U8, I8])
    channels, outputs = b.integer(1, 3), b.integer(1, 4)
    kernel = [b.pick([3, 1, 2]) for _ in range(2)]
    x = b.value(kinds[0], (1, channels, b.size(4, 8), b.size(4, 8)))
    weights = b.value(kinds[1], (outputs, channels, *kernel), constant=80)
    zeros = [b.new(b.content(kind, ()), constant=80) for kind in kinds]
    options = _window(b, "ConvInteger", kernel)
    if b.chance(50):
        b.add("ConvInteger", [x, weights, *zeros[: b.integer(0, 2)]], **options)
        return
    scales = [b.new(np.array(b.real(0.0625, 1), np.float32), constant=80) for _ in range(3)]
    last = b.new(b.content(kinds[0], ()), constant=80)
    names = [x, scales[0], zeros[0], weights, scales[1], zeros[1], scales[2], last]
    b.add("QLinearConv", names, **options)


def resize(b: Builder) -> None:
    if b.opset < 10:
        x = _image(b, "Upsample")
        scales = [1.0, 1.0, *(b.pick([2.0, 1.0, 3.0]) for _ in b.get(x).shape[2:])]
        mode = b.maybe(mode="nearest")
        if b.since("Upsample") < 9:
            b.add("Upsample", [x], scales=scales, **mode)
        else:
            b.add("Upsample", [x, b.parameter(scales, np.float32)], **mode)
        return
    x = _image(b, "Resize")
    sizes = b.get(x).shape[2:]
    scales = [1.0, 1.0, *(b.pick([2.0, 0.5, 1.5, 1.0, 3.0, 0.75]) for _ in sizes)]
    if b.opset < 11:
        b.add("Resize", [x, b.parameter(scales, np.float32)], **b.maybe(mode="nearest"))
        return
    transforms = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
    modes = ["nearest", "linear", *(["cubic"] if len(sizes) == 2 else [])]
    options = b.maybe(
        mode=b.pick(modes),
        coordinate_transformation_mode=b.pick(transforms),
        nearest_mode=b.pick(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]),
        cubic_coeff_a=b.pick([-0.75, -0.5]),
        exclude_outside=0,
    )
    region = "" if b.since("Resize") >= 13 else b.parameter([], np.float32)
    if b.chance(50):
        b.add("Resize", [x, region, b.parameter(scales, np.float32)], **options)
        return
    if region:
        raise Rejected  # operator set 11 wants empty scales beside sizes
    wanted = [*b.get(x).shape[:2], *(b.integer(1, 10) for _ in sizes)]
    b.add("Resize", [x, "", "", b.parameter(wanted)], **options)


def grid_sample(b: Builder) -> None:
    x = b.value(
        b.dtype("GridSample", among=[F32, F64]), (b.integer(1, 2), 2, b.size(1, 5), b.size(1, 5))
    )
    batch = b.get(x).shape[0]
    points = b.random.uniform(-1.3, 1.3, (batch, b.size(1, 4), b.size(1, 4), 2))
    modes = ["linear", "nearest", "cubic"]
    if b.since("GridSample") < 20:
        modes = ["bilinear", "nearest", "bicubic"]
    options = b.maybe(
        mode=b.pick(modes),
        padding_mode=b.pick(["zeros", "border", "reflection"]),
        align_corners=b.integer(0, 1),
    )
    b.add("GridSample", [x, b.new(points.astype(np.float32), constant=30)], **options)


def columns(b: Builder) -> None:
    block = [b.integer(1, 3), b.integer(1, 3)]
    image = [b.integer(size, 6) for size in block]
    count = (image[0] - block[0] + 1) * (image[1] - block[1] + 1)
    x = b.value(b.dtype("Col2Im"), (1, b.integer(1, 2) * block[0] * block[1], count))
    b.add("Col2Im", [x, b.parameter(image), b.parameter(block)])


def recurrent(b: Builder) -> None:
    op, gates = b.pick([("LSTM", 4), ("GRU", 3), ("RNN", 1)])
    directions = {"forward": 1, "reverse": 1, "bidirectional": 2}
    direction = b.pick(list(directions))
    count, hidden, features = directions[direction], b.integer(1, 5), b.integer(1, 5)
    steps, batch = b.integer(1, 4), b.integer(1, 3)
    x = b.value(F32, (steps, batch, features))
    names = [x]
    shapes = [(count, gates * hidden, features), (count, gates * hidden, hidden)]
    names += [b.value(F32, shape, constant=90) for shape in shapes]
    optional = [(count, 2 * gates * hidden), None, (count, batch, hidden)]
    if op == "LSTM":
        optional.append((count, batch, hidden))
    given = [b.value(F32, s, constant=50) if s and b.chance(50) else "" for s in optional]
    while given and not given[-1]:
        given.pop()
    options: dict[str, Any] = {"hidden_size": hidden}
    if direction != "forward" or b.chance(30):
        options["direction"] = direction
    if op == "GRU":
        options |= b.maybe(linear_before_reset=b.integer(0, 1))
    if direction != "forward" and op != "LSTM":
        raise Rejected  # the reference has forward only
    b.add(op, [*names, *given], b.integer(1, 3 if op == "LSTM" else 2), **options)


def loss(b: Builder) -> None:
    op = b.pick(["SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"])
    batch, classes, rest = b.size(1, 5), b.size(2, 5), b.shape(0, 2, 1)
    kind = b.dtype(op)
    labels = b.new(b.random.integers(0, classes, (batch, *rest)), constant=20)
    names = [b.value(kind, (batch, classes, *rest)), labels]
    if b.chance(50):
        names.append(b.new(b.random.uniform(0.1, 1, classes).astype(kind)))
    options = b.maybe(reduction=b.pick(["mean", "sum", "none"]))
    if b.chance(30):
        options["ignore_index"] = b.integer(0, classes - 1)
    b.add(op, names, **options)


def dropout(b: Builder) -> None:
    b.add("Dropout", [b.value(b.dtype("Dropout"))])


MAKERS: tuple[tuple[int, Callable[[Builder], None]], ...] = (
    (6, convolution),
    (5, pooling),
    (2, global_pooling),
    (1, integer_convolution),
    (3, resize),
    (1, grid_sample),
    (1, columns),
    (1, recurrent),
    (1, loss),
    (1, dropout),
)
