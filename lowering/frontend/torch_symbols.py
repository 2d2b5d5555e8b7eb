"""Sizes in PyTorch's symbols, as expressions of the dialect over readable names."""

from collections.abc import Iterable, Mapping
from typing import Any

import sympy
import torch
from torch.export.dynamic_shapes import Dim
from torch.utils._sympy import functions as torch_functions

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

_FUNCTIONS: Mapping[Any, Any] = {
    sympy.Max: symbolic.maximum,
    sympy.Min: symbolic.minimum,
    torch_functions.Max: symbolic.maximum,
    torch_functions.Min: symbolic.minimum,
    torch_functions.FloorDiv: symbolic.FloorDiv,
    torch_functions.CeilDiv: symbolic.ceil_div,
    torch_functions.Mod: symbolic.Mod,
    torch_functions.PythonMod: symbolic.Mod,
}


class SymbolNames:
    """
    Maps PyTorch's symbols (`s77`) to the names that the user gave, else to `s0`, `s1`, ... in the
    order in which they are met.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self._names = dict(given)

    def __getitem__(self, symbol: str) -> str:
        if symbol not in self._names:
            taken = set(self._names.values())
            self._names[symbol] = next(
                name for k in range(len(taken) + 1) if (name := f"s{k}") not in taken
            )
        return self._names[symbol]

    def expression(self, size: int | torch.SymInt) -> Expr | None:
        """`size` over the new names; None if the dialect's expressions cannot state it."""
        return self._translate(size.node.expr) if isinstance(size, torch.SymInt) else size

    def shape(self, sizes: Iterable[int | torch.SymInt]) -> tuple[str, ...] | None:
        """One text per dimension; None if one of them cannot be stated."""
        dimensions = [self.expression(size) for size in sizes]
        if any(dimension is None for dimension in dimensions):
            return None
        return tuple(symbolic.text_of(symbolic.as_expr(dimension)) for dimension in dimensions)

    def _translate(self, expr: Any) -> Expr | None:
        if expr.is_Symbol:
            return symbolic.symbol(self[str(expr)])
        if expr.is_Integer:
            return symbolic.integer(int(expr))
        operands = [self._translate(operand) for operand in expr.args]
        if any(operand is None for operand in operands):
            return None
        if expr.is_Add or expr.is_Mul:
            return expr.func(*operands)
        if expr.is_Pow and operands[1].is_Integer and operands[1] > 0:
            return operands[0] ** operands[1]
        function = _FUNCTIONS.get(expr.func)
        return None if function is None else function(*operands)


def given_names(inputs: Any, dynamic_shapes: Any) -> dict[str, str]:
    """
    The names of `torch.export.Dim`s by PyTorch's symbols.

    `inputs` holds a fake tensor for each leaf, in the structure that `dynamic_shapes` follows
    (which may stop early with None).
    """
    names: dict[str, str] = {}
    _collect(inputs, dynamic_shapes, names)
    return names


def _collect(value: Any, spec: Any, names: dict[str, str]) -> None:
    if isinstance(value, torch.Tensor):
        for axis, dimension in _items(spec):
            size = value.shape[axis]
            if not isinstance(dimension, Dim) or not isinstance(size, torch.SymInt):
                continue
            if size.node.expr.is_Symbol:
                wanted = dimension.__name__
                symbol = str(size.node.expr)
                others = (name for key, name in names.items() if key != symbol)
                names[symbol] = symbolic.symbol_name(wanted, others)
        return
    for key, inner in _items(spec):
        _collect(value[key], inner, names)


def _items(spec: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(spec, Mapping):
        return spec.items()
    return enumerate(spec) if isinstance(spec, list | tuple) else ()
