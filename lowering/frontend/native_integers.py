"""Integers that torch-mlir would compute in 32-bit floats, which hold 24 bits of them."""

from typing import Any

from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.native_builder import walk


def keep_integers(module: Any) -> None:
    """
    Rewrite negations of integers in the bodies of linalg ops, in place.

    ```
    %f = arith.sitofp %x; %n = arith.negf %f; %r = arith.fptosi %n
    ->
    %r = arith.subi 0, %x
    ```

    Conversions that the model makes itself are ops of their own at this point.
    """
    for op in [op for op in walk(module.operation) if op.name == "arith.fptosi"]:
        negation = op.operands[0].owner
        if getattr(negation, "name", "") != "arith.negf":
            continue
        conversion = negation.operands[0].owner
        if getattr(conversion, "name", "") != "arith.sitofp":
            continue
        integer, kind = conversion.operands[0], op.results[0].type
        if integer.type == kind:
            _replace_by_difference(op, integer, kind)


def _replace_by_difference(op: Any, integer: Any, kind: Any) -> None:
    with op.location, ir.InsertionPoint(op):
        value = {"value": ir.IntegerAttr.get(kind, 0)}
        zero = ir.Operation.create("arith.constant", [kind], [], value).result
        result = ir.Operation.create("arith.subi", [kind], [zero, integer]).result
    op.results[0].replace_all_uses_with(result)
    op.erase()
