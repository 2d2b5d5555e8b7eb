"""`sdfg.conv` to a nest over `[n, f, o...]`, reducing over `[c, k...]`."""

from collections.abc import Sequence

from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.ops.contractions import ConvOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.attributes import integers
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.expansions.reduction import Loops, multiplied, reduction
from sdfg.lowering.to_sdfg.nests import point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


def expand_conv(op: ConvOp, place: Place) -> None:
    """
    With groups, the loop over channels out is two: over the groups, and within one. With one
    channel per group in or out, that loop is left out.
    """
    (x, w), (y,) = op.inputs, op.outputs
    kind = array_type(y)
    groups = symbolic.integer(op.groups.value.data)
    images, channels_out, *outputs = kind.dims
    channels, *kernel = array_type(w).dims[1:]
    within = symbolic.FloorDiv(channels_out, groups)
    split = groups != 1
    filters = [e for e in (groups if split else None, within) if e is not None]
    if split and within == 1:
        filters = [groups]
    parallel = Loops.of(place, "i", [images, *filters, *outputs])
    reduced_channels = [] if split and channels == 1 else [channels]
    reduced = Loops.of(place, "r", [*reduced_channels, *kernel])
    n, rest = parallel.at[0], parallel.at[1:]
    group = rest[0] if split else symbolic.integer(0)
    f = rest[0] if len(filters) == 1 else group * within + rest[1]
    o, k = rest[len(filters) :], reduced.at[len(reduced_channels) :]
    c = reduced.at[0] if reduced_channels else symbolic.integer(0)
    window = windowed(o, k, integers(op.strides), integers(op.dilations))

    def product(builder: TaskletBuilder) -> SSAValue:
        image = builder.read(x, point([n, group * channels + c, *window]))
        weight = builder.read(w, point([f, c, *k]))
        return multiplied(builder, image, weight, kind.element_type)

    target = (y, [n, f, *o])
    accumulate = op.accumulate is not None
    reduction(place, "sum", target, (parallel, reduced), product, accumulate=accumulate)


def windowed(
    outputs: Sequence[Expr],
    kernel: Sequence[Expr],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[Expr]:
    """Where in the image element `kernel` of the window of `outputs` lies."""
    steps = zip(outputs, kernel, strides, dilations, strict=True)
    return [o * stride + k * dilation for o, k, stride, dilation in steps]
