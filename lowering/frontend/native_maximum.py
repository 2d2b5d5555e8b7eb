"""
Maxima and minima that keep NaN.

torch-mlir computes `aten.maximum` and `aten.clamp` by one comparison, which loses a NaN of one
side, and the place of a maximum as if NaN never were the maximum. PyTorch, NumPy and ONNX keep it.
"""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import walk

_OLT, _OGT, _ORD, _UGT, _ULT = 4, 2, 7, 9, 11
"""`arith.cmpf`'s predicates; U: or unordered."""

_EXTREMA = {_OGT: "arith.maximumf", _OLT: "arith.minimumf"}
"""What `select(left <predicate> right, left, right)` is meant to be."""
_CLAMPS = {_ULT: "arith.maximumf", _UGT: "arith.minimumf"}
"""What `select(left <predicate> right, right, left)` is meant to be."""
_OR_UNORDERED = {_OGT: _UGT, _OLT: _ULT}


def keep_nan(module: Any) -> None:
    """
    Rewrite the bodies of linalg ops that torch-mlir makes of maxima, in place.

    ```
    %c = arith.cmpf ogt, %a, %b; %r = arith.select %c, %a, %b
    ->
    %r = arith.maximumf %a, %b

    %c = arith.cmpf ult, %x, %low; %r = arith.select %c, %low, %x
    ->
    %r = arith.maximumf %x, %low

    %m = arith.maximumf %x, %best; %c = arith.cmpf ogt, %x, %best; arith.select %c, %i, %at
    ->
    %c = arith.cmpf ugt, %x, %best and arith.cmpf ord, %best, %best
    ```

    Comparisons that the model makes itself are ops of their own at this point: their bodies hold
    no choice between what they compare.
    """
    for op in [op for op in walk(module.operation) if op.name == "arith.select"]:
        comparison = op.operands[0].owner
        if getattr(comparison, "name", "") != "arith.cmpf":
            continue
        left, right = comparison.operands
        chosen = (op.operands[1], op.operands[2])
        predicate = _predicate(comparison)
        if chosen == (left, right) and predicate in _EXTREMA:
            _replace(op, _EXTREMA[predicate], comparison)
        elif chosen == (right, left) and predicate in _CLAMPS:
            _replace(op, _CLAMPS[predicate], comparison)
        elif predicate in _EXTREMA and _computes_extremum(comparison):
            _prefer_first_nan(op, comparison)


def _predicate(comparison: Any) -> int:
    return ir.IntegerAttr(comparison.attributes["predicate"]).value


def _computes_extremum(comparison: Any) -> bool:
    """Whether the maximum (or minimum) of what `comparison` compares is computed beside it."""
    name = _EXTREMA[_predicate(comparison)]
    return any(
        op.name == name and list(op.operands) == list(comparison.operands)
        for op in (inner.operation for inner in comparison.operation.block.operations)
    )


def _replace(select: Any, name: str, comparison: Any) -> None:
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
