"""
Maxima and minima that keep NaN.

torch-mlir computes `aten.maximum` by one comparison, which loses a NaN of one side, and the place
of a maximum as if NaN never were the maximum. PyTorch, NumPy and ONNX keep it in both.
"""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import walk

_OLT, _OGT, _ORD, _UGT, _ULT = 4, 2, 7, 9, 11
"""`arith.cmpf`'s predicates; U: or unordered."""

_EXTREMA = {_OGT: "arith.maximumf", _OLT: "arith.minimumf"}
_OR_UNORDERED = {_OGT: _UGT, _OLT: _ULT}


def keep_nan(module: Any) -> None:
    """
    Rewrite the bodies of linalg ops that torch-mlir makes of maxima, in place.

    ```
    %c = arith.cmpf ogt, %a, %b; %r = arith.select %c, %a, %b
    ->
    %r = arith.maximumf %a, %b

    %m = arith.maximumf %x, %best; %c = arith.cmpf ogt, %x, %best; arith.select %c, %i, %at
    ->
    %c = arith.cmpf ugt, %x, %best and arith.cmpf ord, %best, %best
    ```

    Comparisons that the model makes itself are ops of their own at this point: their bodies hold
    no choice between what they compare.
    """
    for op in [op for op in walk(module.operation) if op.name == "arith.select"]:
        comparison = op.operands[0].owner
        if not _orders_floats(comparison):
            continue
        left, right = comparison.operands
        if op.operands[1] == left and op.operands[2] == right:
            _replace_by_extremum(op, comparison)
        elif _computes_extremum(comparison):
            _prefer_first_nan(op, comparison)


def _orders_floats(op: Any) -> bool:
    return getattr(op, "name", "") == "arith.cmpf" and _predicate(op) in _EXTREMA


def _predicate(comparison: Any) -> int:
    return ir.IntegerAttr(comparison.attributes["predicate"]).value


def _computes_extremum(comparison: Any) -> bool:
    """Whether the maximum (or minimum) of what `comparison` compares is computed beside it."""
    name = _EXTREMA[_predicate(comparison)]
    return any(
        op.name == name and list(op.operands) == list(comparison.operands)
        for op in (inner.operation for inner in comparison.operation.block.operations)
    )


def _replace_by_extremum(select: Any, comparison: Any) -> None:
    name = _EXTREMA[_predicate(comparison)]
    with select.location, ir.InsertionPoint(select):
        operands = list(comparison.operands)
        result = ir.Operation.create(name, [select.results[0].type], operands).result
    select.results[0].replace_all_uses_with(result)
    select.erase()


def _prefer_first_nan(select: Any, comparison: Any) -> None:
    value, best = comparison.operands
    with select.location, ir.InsertionPoint(select):
        greater = _compare(_OR_UNORDERED[_predicate(comparison)], value, best)
        ordered = _compare(_ORD, best, best)
        better = ir.Operation.create("arith.andi", [greater.type], [greater, ordered]).result
    select.operands[0] = better


def _compare(predicate: int, left: Any, right: Any) -> Any:
    kind = ir.IntegerType.get_signless(1)
    attribute = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), predicate)
    return ir.Operation.create("arith.cmpf", [kind], [left, right], {"predicate": attribute}).result
