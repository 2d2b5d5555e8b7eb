"""Steps that several rewrites share: symbols replaced in operations, locations merged."""

from collections.abc import Iterable, Mapping
from typing import cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    FusedLoc,
    LocationAttr,
    NoneAttr,
    StringAttr,
    UnknownLoc,
)
from xdsl.ir import Attribute, BlockArgument, Operation, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import DimsAttr, ExprAttr, ScheduleAttr
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.scope import symbols_bound, symbols_used
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType, StreamType

Definition = AllocOp | ConstantOp | ViewOp
"""What defines a container and touches no data."""


def substituted(attribute: Attribute, values: Mapping[str, Expr]) -> Attribute:
    """`attribute` with symbols replaced; the same object where it uses none of them."""
    if symbols_used(attribute).isdisjoint(values):
        return attribute
    match attribute:
        case SubsetAttr() | MemletAttr():
            return attribute.substituted(values)
        case ExprAttr():
            return ExprAttr(symbolic.substitute(attribute.data, values))
        case DimsAttr():
            return DimsAttr(_all(attribute.data, values))
        case ScheduleAttr():
            condition = symbolic.substitute(attribute.condition.data, values)
            return ScheduleAttr(attribute.kind.data, condition)
        case ArrayType():
            return ArrayType(
                _all(attribute.dims, values),
                attribute.element_type,
                _all(attribute.strides.data, values),
                symbolic.substitute(attribute.offset.data, values),
                attribute.storage,
            )
        case StreamType():
            depth = symbolic.substitute(attribute.depth.data, values)
            return StreamType(attribute.element_type, depth, attribute.storage)
        case ArrayAttr():
            return ArrayAttr(substituted(part, values) for part in attribute.data)
        case _:
            raise AssertionError(f"symbols are used by {attribute}")


def _all(exprs: Iterable[Expr], values: Mapping[str, Expr]) -> tuple[Expr, ...]:
    return tuple(symbolic.substitute(e, values) for e in exprs)


def substitute(op: Operation, values: Mapping[str, Expr]) -> None:
    """Replace symbols in `op` and all within. The parameters defined there are not among them."""
    if not values:
        return
    for inner in op.walk():
        for name, attribute in inner.attributes.items():
            if name not in ("params", "symbols", "arg_names"):
                inner.attributes[name] = substituted(attribute, values)
        _substitute_types(inner, values)


def _substitute_types(op: Operation, values: Mapping[str, Expr]) -> None:
    blocks = (block for region in op.regions for block in region.blocks)
    for value in (*op.results, *(arg for block in blocks for arg in block.args)):
        new = substituted(value.type, values)
        if new is not value.type:
            retype(value, new)


def retype(value: SSAValue, kind: Attribute) -> SSAValue:
    """Let `value` have another type. Returns what stands for it now; its users follow."""
    new = Rewriter.replace_value_with_new_type(value, kind)
    if isinstance(value, BlockArgument) and isinstance(new, BlockArgument):
        new.location = value.location
    return new


def rename_parameters(op: Operation, taken: Iterable[str]) -> None:
    """Give the parameters of maps and loops in `op` (itself included) names outside `taken`."""
    used = set(taken)
    for inner in op.walk():
        clashes = [p for p in symbols_bound(inner) if p in used]
        if not clashes:
            continue
        every = used.union(*(symbols_bound(o) for o in op.walk()))
        names: dict[str, str] = {}
        for old in clashes:
            names[old] = symbolic.symbol_name(old, every)
            every.add(names[old])
        rename(inner, names)


def rename(op: Operation, names: Mapping[str, str]) -> None:
    """Rename some of the parameters of the map or loop `op`."""
    assert isinstance(op, MapOp | ForOp)
    old = symbols_bound(op)
    op.attributes["params"] = syntax.strings(names.get(p, p) for p in old)
    values = {o: symbolic.symbol(n) for o, n in names.items()}
    for child in op.body.block.ops:
        substitute(child, values)


def merged_location(*ops: Operation) -> LocationAttr:
    """
    Where all of `ops` come from: the one place, or all places fused, in order and without
    repetition.
    """
    places: dict[LocationAttr, None] = {}
    for op in ops:
        for place in _parts(op.location):
            places.setdefault(place)
    match list(places):
        case []:
            return UnknownLoc()
        case [place]:
            return place
        case many:
            return FusedLoc(cast("ArrayAttr[Attribute]", ArrayAttr(many)), NoneAttr())


def _parts(location: LocationAttr) -> tuple[LocationAttr, ...]:
    if isinstance(location, UnknownLoc):
        return ()
    if isinstance(location, FusedLoc):
        return tuple(cast("ArrayAttr[LocationAttr]", location.locations).data)
    return (location,)


def set_memlet(op: TaskletOp, operand: int, container: SSAValue, memlet: MemletAttr) -> None:
    """Let operand `operand` of a tasklet be `memlet` of `container`."""
    count = len(op.inputs)
    field, index = ("reads", operand) if operand < count else ("writes", operand - count)
    memlets = list(cast("ArrayAttr[MemletAttr]", op.attributes[field]).data)
    memlets[index] = memlet
    op.attributes[field] = ArrayAttr(memlets)
    op.operands[operand] = container


def replace_access(node: Operation, operand: int, container: SSAValue, memlet: MemletAttr) -> None:
    """Let an access of a tasklet, copy or symbol read go to `memlet` of `container` instead."""
    if isinstance(node, TaskletOp):
        set_memlet(node, operand, container, memlet)
        return
    node.attributes["write" if operand else "read"] = memlet
    node.operands[operand] = container


def move_before(op: Operation, mark: Operation) -> None:
    """Take `op` from where it is to the place before `mark`."""
    op.detach()
    Rewriter.insert_op(op, InsertPoint.before(mark))


def insert_before(mark: Operation, *ops: Operation) -> None:
    """Put new operations before `mark`."""
    Rewriter.insert_op(ops, InsertPoint.before(mark))


def erase_unused_containers(scope: Operation) -> bool:
    """Erase containers in `scope` that nothing uses, and then what they were views of."""
    definitions = [op for op in scope.walk() if isinstance(op, Definition)]
    erased = False
    for op in reversed(definitions):
        if op.result.first_use is None:
            Rewriter.erase_op(op)
            erased = True
    return erased


def label(op: Operation) -> str:
    """The name of a container or state as the model calls it, or nothing."""
    name = op.attributes.get("label") or op.attributes.get("sym_name")
    return name.data if isinstance(name, StringAttr) else ""
