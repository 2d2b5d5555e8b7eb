"""Convolutions and poolings of linalg, in any layout, become `sdfg.conv` and `sdfg.pool`."""

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import (
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    StringAttr,
    UnitAttr,
    i64,
)
from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.contractions import ConvOp
from sdfg.dialect.ops.reductions import PoolOp
from sdfg.lowering.to_sdfg.contractions import accumulated, multiplies_and_adds
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.loops import Loops
from sdfg.lowering.to_sdfg.translation import Translation, copy
from sdfg.lowering.to_sdfg.values import array_type

_SPATIAL = "dhw"


@dataclass(frozen=True)
class Format:
    """
    The order of dimensions of the operands: `n` image, `g` group, `c` channel in, `f` channel out,
    and the spatial ones.
    """

    image: str
    filter: str
    result: str


CONVOLUTIONS = {
    "linalg.conv_1d_ncw_fcw": Format("ncw", "fcw", "nfw"),
    "linalg.conv_1d_nwc_wcf": Format("nwc", "wcf", "nwf"),
    "linalg.conv_2d_nchw_fchw": Format("nchw", "fchw", "nfhw"),
    "linalg.conv_2d_nhwc_hwcf": Format("nhwc", "hwcf", "nhwf"),
    "linalg.conv_2d_nhwc_fhwc": Format("nhwc", "fhwc", "nhwf"),
    "linalg.conv_2d_ngchw_fgchw": Format("ngchw", "fgchw", "ngfhw"),
    "linalg.conv_2d_ngchw_gfchw": Format("ngchw", "gfchw", "ngfhw"),
    "linalg.conv_2d_nhwgc_gfhwc": Format("nhwgc", "gfhwc", "nhwgf"),
    "linalg.conv_3d_ncdhw_fcdhw": Format("ncdhw", "fcdhw", "nfdhw"),
    "linalg.conv_3d_ndhwc_dhwcf": Format("ndhwc", "dhwcf", "ndhwf"),
    "linalg.depthwise_conv_1d_ncw_cw": Format("ngw", "gw", "ngw"),
    "linalg.depthwise_conv_2d_nchw_chw": Format("nghw", "ghw", "nghw"),
    "linalg.depthwise_conv_2d_nhwc_hwc": Format("nhwg", "hwg", "nhwg"),
}
"""The layouts of linalg's convolutions."""

POOLINGS = {
    "linalg.pooling_ncw_sum": "ncw",
    "linalg.pooling_ncw_max": "ncw",
    "linalg.pooling_nchw_sum": "nchw",
    "linalg.pooling_nchw_max": "nchw",
    "linalg.pooling_nhwc_sum": "nhwc",
    "linalg.pooling_nhwc_max": "nhwc",
    "linalg.pooling_nhwc_min": "nhwc",
    "linalg.pooling_ndhwc_sum": "ndhwc",
    "linalg.pooling_ndhwc_max": "ndhwc",
}
"""The layouts of linalg's poolings."""


def convert_window(translation: Translation, loops: Loops) -> bool:
    """
    A named convolution or pooling. False, with nothing done, for any other operation, and for one
    whose body the library node does not have.
    """
    name = loops.op.name
    if name in CONVOLUTIONS and multiplies_and_adds(loops):
        _convert_convolution(translation, loops, CONVOLUTIONS[name])
        return True
    if name in POOLINGS and (kind := _pool_kind(translation, loops)) is not None:
        _convert_pooling(translation, loops, POOLINGS[name], kind)
        return True
    return False


def _convert_convolution(translation: Translation, loops: Loops, form: Format) -> None:
    """
    ```
    %y = linalg.conv_2d_nchw_fchw ins(%x, %w) outs(%zeros)   ->   sdfg.conv (%x, %w) -> (%y)
    ```
    Other layouts are views; groups and channels are merged into one dimension.
    """
    op = loops.op
    spatial = "".join(s for s in _SPATIAL if s in form.image)
    x, w = (translation.container(v, op) for v in loops.inputs)
    groups = 1
    if "g" in form.image:
        groups = _static(array_type(x).dims[form.image.index("g")], "the number of groups", op)
    image = _arranged(translation, x, form.image, ("n", "gc", *spatial), op)
    filters = _arranged(translation, w, form.filter, ("gf", "c", *spatial), op)
    target, init = accumulated(translation, loops, "sum")
    # Groups and channels of a result are next to each other in every format: a view, no copy.
    result = _arranged(translation, target, form.result, ("n", "gf", *spatial), op)
    before: list[Operation] = []
    if init is not None:
        start = _arranged(translation, init, form.result, ("n", "gf", *spatial), op)
        before.append(copy(start, result))
    node = ConvOp.of(
        image,
        filters,
        result,
        strides=_steps(op, "strides", len(spatial)),
        dilations=_steps(op, "dilations", len(spatial)),
        groups=groups,
        accumulate=bool(before),
    )
    translation.state(op, [*before, node])


def _convert_pooling(translation: Translation, loops: Loops, form: str, kind: str) -> None:
    """
    ```
    %y = linalg.pooling_nchw_max ins(%x, %window) outs(%lowest)   ->   sdfg.pool (%x) -> (%y)
    ```
    """
    op = loops.op
    spatial = "".join(s for s in _SPATIAL if s in form)
    window = [_static(e, "the window", op) for e in translation.dims(loops.inputs[1])]
    x = translation.container(loops.inputs[0], op)
    image = _arranged(translation, x, form, ("n", "c", *spatial), op)
    target, init = accumulated(translation, loops, kind)
    result = _arranged(translation, target, form, ("n", "c", *spatial), op)
    before: list[Operation] = []
    if init is not None:
        start = _arranged(translation, init, form, ("n", "c", *spatial), op)
        before.append(copy(start, result))
    attributes = {
        "kind": StringAttr(kind),
        "window": DenseArrayBase.from_list(i64, window),
        "strides": DenseArrayBase.from_list(i64, _steps(op, "strides", len(spatial))),
        "dilations": DenseArrayBase.from_list(i64, _steps(op, "dilations", len(spatial))),
    }
    accumulate = {"accumulate": UnitAttr()} if before else {}
    translation.state(op, [*before, PoolOp([image], [result], {**attributes, **accumulate})])


def _pool_kind(translation: Translation, loops: Loops) -> str | None:
    """What a pooling combines with, if its input and result have the same type."""
    image, result = (translation.tensor(v).element for v in (loops.inputs[0], loops.inits[0]))
    # The name says it: xDSL makes a wrong body for some poolings in their short form.
    return loops.op.name.rsplit("_", 1)[1] if image == result else None


def _arranged(
    translation: Translation,
    container: SSAValue,
    found: str,
    wanted: Sequence[str],
    op: Operation,
) -> SSAValue:
    """
    `container`, whose dimensions are the letters `found`, with the dimensions `wanted`.

    A dimension of several letters merges those; one without any that exist has size 1.
    """
    letters = [c for word in wanted for c in word if c in found]
    layout = Layout.of(array_type(container)).permuted([found.index(c) for c in letters])
    size = dict(zip(letters, layout.dims, strict=True))
    dims = [symbolic.product(size[c] for c in word if c in size) for word in wanted]
    return translation.reshaped(translation.view(container, layout, op), dims, op)


def _static(expr: symbolic.Expr, what: str, op: Operation) -> int:
    number = symbolic.constant(expr)
    if number is None:
        fail(op, f"needs {what} to be a number, got {symbolic.text_of(expr)}")
    return number


def _steps(op: Operation, name: str, count: int) -> list[int]:
    """Strides or dilations; 1 where the operation does not say."""
    value = op.properties.get(name)
    if value is None:
        return [1] * count
    assert isinstance(value, DenseIntOrFPElementsAttr)
    numbers = [int(v) for v in value.get_values()]
    return numbers if len(numbers) == count else numbers * count
