"""Which symbols an operation may use, and the check that it uses no others."""

from collections.abc import Iterable

from xdsl.dialects.builtin import ArrayAttr
from xdsl.ir import Attribute, Block, Operation
from xdsl.utils.exceptions import VerifyException

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, ExprAttr, ScheduleAttr
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.types import ArrayType, StreamType


def symbols_used(attribute: Attribute) -> frozenset[str]:
    """The symbols that an attribute or type reads."""
    match attribute:
        case SubsetAttr() | MemletAttr() | ArrayType():
            return attribute.symbols
        case ExprAttr():
            return symbolic.symbols_of(attribute.data)
        case DimsAttr():
            return symbolic.symbols_of(*attribute.data)
        case ScheduleAttr():
            return symbolic.symbols_of(attribute.condition.data)
        case StreamType():
            return symbolic.symbols_of(attribute.depth.data)
        case ArrayAttr():
            return frozenset[str]().union(*map(symbols_used, attribute.data))
        case _:
            return frozenset()


def symbols_read(op: Operation) -> frozenset[str]:
    """The symbols that `op` itself reads, its regions aside."""
    parts = [symbols_used(a) for name, a in op.attributes.items() if name != "arg_names"]
    parts += [symbols_used(r.type) for r in op.results]
    return frozenset[str]().union(*parts)


def symbols_bound(op: Operation) -> tuple[str, ...]:
    """
    The symbols that the regions of `op` may use because of `op`: parameters of maps and loops.
    """
    params = op.attributes.get("params")
    return tuple(p.data for p in params) if isinstance(params, ArrayAttr) else ()  # pyright: ignore


def symbol_assigned(op: Operation) -> str | None:
    """The symbol that `op` gives a value, for what follows it."""
    assigned = op.attributes.get("symbol")
    return None if assigned is None else assigned.data  # pyright: ignore


def verify_symbols(program: Operation, symbols: Iterable[str]) -> None:
    """
    Hold everything in `program` to the symbols in scope. Linear in the size of the program.

    Raises `VerifyException` naming the operation, the symbol and what is in scope.
    """
    known = set(symbols)
    for region in program.regions:
        for block in region.blocks:
            for arg in block.args:
                _check(program, symbols_used(arg.type), known)
            _verify_block(block, known)


def _verify_block(block: Block, known: set[str]) -> None:
    """Symbols assigned in a block are known in the rest of it, not behind it."""
    scope = set(known)
    for op in block.ops:
        _check(op, symbols_read(op), scope)
        bound = symbols_bound(op)
        if bound and (hidden := scope.intersection(bound)):
            raise VerifyException(
                f"'{op.name}' defines symbol {', '.join(sorted(hidden))} that is already in scope"
            )
        for region in op.regions:
            for inner in region.blocks:
                _verify_block(inner, scope.union(bound))
        if (assigned := symbol_assigned(op)) is not None:
            scope.add(assigned)


def _check(op: Operation, used: frozenset[str], scope: set[str]) -> None:
    missing = used - scope
    if missing:
        raise VerifyException(
            f"'{op.name}' uses symbol {', '.join(sorted(missing))} that is not in scope "
            f"(in scope: {', '.join(sorted(scope)) or 'none'})"
        )
