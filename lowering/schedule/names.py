"""Names of symbols that are taken, of containers, and of attributes that tell what made a nest."""

from xdsl.ir import Operation, SSAValue

from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.ops.containers import AllocOp, ConstantOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_bound
from sdfg.dialect.ops.tasklet import TaskletOp

ORIGIN = ("recipe", "knobs")
"""Attributes of the outermost loop of a nest: the recipe that made it, and the knobs it chose."""


def known_names(op: Operation) -> set[str]:
    """
    All symbols that the program around `op` defines anywhere: what a new one must not be called.
    """
    while not isinstance(op, SdfgOp):
        parent = op.parent_op()
        if parent is None:
            break
        op = parent
    symbols = set(op.symbol_names) if isinstance(op, SdfgOp) else set[str]()
    for inner in op.walk():
        symbols.update(symbols_bound(inner))
        if (assigned := symbol_assigned(inner)) is not None:
            symbols.add(assigned)
    return symbols


def names_around(op: Operation) -> frozenset[str]:
    """The symbols of the program that are no parameters of maps: taken everywhere in it."""
    while not isinstance(op, SdfgOp):
        parent = op.parent_op()
        if parent is None:
            return frozenset()
        op = parent
    found = set(op.symbol_names)
    pending: list[Operation] = [op]
    while pending:
        for child in (c for r in pending.pop().regions for b in r.blocks for c in b.ops):
            if isinstance(child, MapOp | TaskletOp):
                continue
            found |= set(symbols_bound(child))
            if (assigned := symbol_assigned(child)) is not None:
                found.add(assigned)
            pending.append(child)
    return frozenset(found)


def label(container: SSAValue) -> str:
    """What people call a container."""
    owner = container.owner
    if isinstance(owner, AllocOp) and owner.label is not None:
        return owner.label.data
    if isinstance(owner, ConstantOp) and isinstance(owner.value, WeightAttr):
        return owner.value.key.data
    return container.name_hint or "operand"
