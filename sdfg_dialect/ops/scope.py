"""Which symbols an operation may use, and the check that it uses no others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import Attribute, Block, Operation
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, ExprAttr, ScheduleAttr
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.types import ArrayType, StreamType

NONE = frozenset[str]()
_NAMES = frozenset({"params", "symbols", "arg_names", "arg_roles"})
"""Attributes that hold names and read no symbols."""

_USED: Mapping[type[Attribute], Callable[[Any], frozenset[str]]] = {
    SubsetAttr: lambda a: a.symbols,
    MemletAttr: lambda a: a.symbols,
    ArrayType: lambda a: a.symbols,
    ExprAttr: lambda a: symbolic.symbols_of(a.data),
    DimsAttr: lambda a: symbolic.symbols_of(*a.data),
    ScheduleAttr: lambda a: symbolic.symbols_of(a.condition.data),
    StreamType: lambda a: symbolic.symbols_of(a.depth.data),
    ArrayAttr: lambda a: NONE.union(*[symbols_used(part) for part in a.data]),
}
"""The symbols that each kind of attribute reads; all others read none."""


def symbols_used(attribute: Attribute) -> frozenset[str]:
    """The symbols that an attribute or type reads."""
    found = _USED.get(type(attribute))
    return NONE if found is None else found(attribute)


def symbols_read(op: Operation) -> frozenset[str]:
    """The symbols that `op` itself reads, its regions aside."""
    parts = [symbols_used(a) for name, a in op.attributes.items() if name not in _NAMES]
    parts += [symbols_used(r.type) for r in op.results]
    return NONE.union(*parts)


def symbols_bound(op: Operation) -> tuple[str, ...]:
    """
    The symbols that the regions of `op` may use because of `op`: parameters of maps and loops.
    """
    params = op.attributes.get("params")
    if params is None:
        return ()
    return tuple([p.data for p in params.data]) if isinstance(params, ArrayAttr) else ()  # pyright: ignore


def symbol_assigned(op: Operation) -> str | None:
    """The symbol that `op` gives a value, for what follows it."""
    assigned = op.attributes.get("symbol")
    return None if assigned is None else assigned.data  # pyright: ignore


def verify_names(names: Iterable[str]) -> None:
    """Hold names of symbols to those that expressions can use."""
    for name in names:
        try:
            symbolic.symbol(name)
        except ValueError as error:
            raise VerifyException(str(error)) from error


@dataclass
class _Scope:
    """The symbols that may be used at some place, and those of them that may not change."""

    known: set[str]
    fixed: set[str]
    """Symbols of the program, parameters, and symbols in the types of containers in scope."""

    def inner(self, op: Operation) -> "_Scope":
        """The scope in the regions of `op`."""
        bound = symbols_bound(op)
        verify_names(bound)
        if hidden := self.known.intersection(bound):
            raise VerifyException(
                f"'{op.name}' defines symbol {', '.join(sorted(hidden))} that is already in scope"
            )
        return _Scope(self.known.union(bound), self.fixed.union(bound))

    def check(self, op: Operation, used: frozenset[str]) -> None:
        missing = used - self.known
        if missing:
            raise VerifyException(
                f"'{op.name}' uses symbol {', '.join(sorted(missing))} that is not in scope "
                f"(in scope: {', '.join(sorted(self.known)) or 'none'})"
            )

    def assign(self, op: Operation, name: str) -> None:
        verify_names([name])
        if name in self.fixed:
            raise VerifyException(
                f"'{op.name}' changes symbol {name}, which is one of the program, a parameter "
                "or the size of a container in scope"
            )
        self.known.add(name)


def verify_symbols(program: Operation, symbols: Iterable[str]) -> None:
    """
    Hold everything in `program` to the symbols in scope. Linear in the size of the program.

    Raises `VerifyException` naming the operation, the symbol and what is in scope.
    """
    verify_names(symbols)
    scope = _Scope(set(symbols), set(symbols))
    for region in program.regions:
        for block in region.blocks:
            for arg in block.args:
                scope.check(program, symbols_used(arg.type))
            _verify_block(block, scope)


def _verify_block(block: Block, around: _Scope) -> None:
    """Symbols assigned in a block are known in the rest of it, not behind it."""
    scope = _Scope(set(around.known), set(around.fixed))
    for op in block.ops:
        scope.check(op, symbols_read(op))
        for result in op.results:
            scope.fixed |= symbols_used(result.type)
        if op.regions:
            inner = scope.inner(op)
            for region in op.regions:
                for body in region.blocks:
                    _verify_block(body, inner)
        if (assigned := symbol_assigned(op)) is not None:
            scope.assign(op, assigned)
