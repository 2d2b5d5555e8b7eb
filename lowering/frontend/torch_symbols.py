"""Sizes in PyTorch's symbols, as expressions of the dialect over readable names."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import torch
from torch.export.dynamic_shapes import Dim

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.frontend.torch_bindings import expression_of, is_symbolic, sympy, torch_functions

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

    def __init__(self, given: Mapping[str, str], known: Collection[str] | None = None) -> None:
        """
        Of `known` symbols the value can be told; all can if it is None.

        Expressions of others (a part of a graph may take `(s0 + 1) // 2`, but not `s0`) are
        symbols themselves.
        """
        self._names = dict(given)
        self._known = known

    def __getitem__(self, symbol: str) -> str:
        if symbol not in self._names:
            taken = set(self._names.values())
            self._names[symbol] = next(
                name for k in range(len(taken) + 1) if (name := f"s{k}") not in taken
            )
        return self._names[symbol]

    def expression(self, size: int | torch.SymInt, *, new: bool = True) -> Expr | None:
        """
        `size` over the new names; None if the dialect's expressions cannot state it.

        Without `new`, nothing that was not met before becomes a symbol.
        """
        if not isinstance(size, torch.SymInt):
            return symbolic.integer(size)
        expr = expression_of(size)
        if self._known is None or all(str(s) in self._known for s in expr.free_symbols):
            return self._translate(expr)
        text = str(expr)
        return symbolic.symbol(self[text]) if new or text in self._names else None

    def shape(
        self, sizes: Iterable[int | torch.SymInt], *, new: bool = True
    ) -> tuple[str, ...] | None:
        """One text per dimension; None if one of them cannot be stated."""
        dimensions = [self.expression(size, new=new) for size in sizes]
        if any(dimension is None for dimension in dimensions):
            return None
        return tuple(symbolic.text_of(dimension) for dimension in dimensions)

    def _translate(self, expr: Any) -> Expr | None:
        if expr.is_Symbol:
            return symbolic.symbol(self[str(expr)])
        if expr.is_Integer:
            return symbolic.integer(int(expr))
        operands: list[Any] = [self._translate(operand) for operand in expr.args]
        if any(operand is None for operand in operands):
            return None
        if expr.is_Add or expr.is_Mul:
            return expr.func(*operands)
        if expr.is_Pow and expr.exp.is_Integer and expr.exp > 0:
            return symbolic.product([operands[0]] * int(expr.exp))
        function = _FUNCTIONS.get(expr.func)
        return None if function is None else function(*operands)


def told_by(values: Iterable[Any]) -> set[str]:
    """The symbols among `values`, sizes and tensors, and among the dimensions of tensors."""
    found: set[str] = set()
    for value in values:
        sizes = cast(Sequence[Any], value.shape) if isinstance(value, torch.Tensor) else [value]
        found |= {
            str(expression_of(size))
            for size in sizes
            if is_symbolic(size) and expression_of(size).is_Symbol
        }
    return found


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
    if not isinstance(value, torch.Tensor):
        for key, inner in _items(spec):
            _collect(value[key], inner, names)
        return
    shape = cast(Sequence[Any], value.shape)
    for axis, dimension in _items(spec):
        size = shape[axis]
        if isinstance(dimension, Dim) and is_symbolic(size) and expression_of(size).is_Symbol:
            symbol = str(expression_of(size))
            others = (name for key, name in names.items() if key != symbol)
            names[symbol] = symbolic.symbol_name(dimension.__name__, others)


def _items(spec: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(spec, Mapping):
        return cast(Mapping[Any, Any], spec).items()
    return enumerate(cast(Sequence[Any], spec)) if isinstance(spec, list | tuple) else ()
