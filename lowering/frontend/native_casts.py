"""Conversions to types that torch-mlir's importer of ONNX lacks, by way of those it knows."""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import TorchBuilder, ValueTensor, walk

_INT64 = 4
_SIGNED = {"si16": ("si16", 2), "ui16": ("si16", 2), "ui32": ("si32", 3), "ui64": ("si64", _INT64)}
"""By element type, the integer with a sign of the same width, and PyTorch's number for it."""


def lower_casts(module: Any) -> None:
    """
    Rewrite the importer's conversions to integers of 16 bits and to unsigned ones, in place.

    ```
    %r = torch.operator "onnx.Cast"(%x) : f32 to ui16
    ->
    %a = torch.aten.to.dtype %x : f32 to si64       # floats only: values that need all bits
    %b = torch.aten.to.dtype %a : si64 to si16; %r = torch.aten.view.dtype %b : si16 to ui16
    ```

    Integers keep their low bits.
    """
    for op in [op for op in walk(module.operation) if op.name == "torch.operator"]:
        if ir.StringAttr(op.attributes["name"]).value != "onnx.Cast":
            continue
        source, target = (ValueTensor.of(v.type) for v in (op.operands[0], op.results[0]))
        if source is None or target is None or target.element not in _SIGNED:
            continue
        with op.location, ir.InsertionPoint(op):
            result = _converted(TorchBuilder(), op.operands[0], source, target)
        op.results[0].replace_all_uses_with(result)
        op.erase()


def _converted(builder: TorchBuilder, x: Any, source: ValueTensor, target: ValueTensor) -> Any:
    element, number = _SIGNED[target.element]
    if not source.element.lstrip("su").startswith("i"):
        x = _to(builder, x, ValueTensor(target.dims, "si64"), _INT64)
    result = _to(builder, x, ValueTensor(target.dims, element), number)
    if element == target.element:
        return result
    return builder.op("torch.aten.view.dtype", [result, _number(builder, number)], target.torch)


def _to(builder: TorchBuilder, x: Any, kind: ValueTensor, number: int) -> Any:
    no = {"value": ir.IntegerAttr.get(ir.IntegerType.get_signless(1), 0)}
    flag = builder.op("torch.constant.bool", [], "!torch.bool", no)
    none = builder.op("torch.constant.none", [], "!torch.none")
    return builder.op(
        "torch.aten.to.dtype", [x, _number(builder, number), flag, flag, none], kind.torch
    )


def _number(builder: TorchBuilder, number: int) -> Any:
    value = {"value": ir.IntegerAttr.get(ir.IntegerType.get_signless(64), number)}
    return builder.op("torch.constant.int", [], "!torch.int", value)
