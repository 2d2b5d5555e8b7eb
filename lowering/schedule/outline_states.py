"""States as programs of their own, equal ones only once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.printer import Printer

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import AllocOp, CallOp, ConstantOp, SdfgOp, ViewOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_bound, symbols_read
from sdfg.dialect.types import ArrayType, StreamType
from sdfg.lowering.schedule.staging import insert_before


@dataclass(frozen=True)
class OutlineStatesPass(ModulePass):
    """
    Make each state a private program and call it; states that do the same share one.

    Before:

    ```
    sdfg.sdfg @main (...) { sdfg.state @layer1 { A } sdfg.state @layer2 { A elsewhere } }
    ```

    After:

    ```
    sdfg.sdfg private @layer1 (...) { sdfg.state @layer1 { A } }
    sdfg.sdfg @main (...) { sdfg.call @layer1(...) sdfg.call @layer1(...) }
    ```

    Models repeat their layers: the code of one is then compiled once. States that use streams from
    outside stay.
    """

    name = "sdfg-outline-states"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.ops if isinstance(p, SdfgOp) and not p.is_private]:
            Outliner(op, program).run()


@dataclass
class Outliner:
    """Outlines the states of one program."""

    module: ModuleOp
    program: SdfgOp

    def run(self) -> None:
        taken = {p.sym_name.data for p in self.module.ops if isinstance(p, SdfgOp)}
        known: dict[str, str] = {}
        for state in list(states(self.program)):
            roots = containers(state)
            if any(isinstance(c.type, StreamType) for c in roots):
                continue
            symbols = sorted(free_symbols(state, roots))
            callee = self.outlined(state, roots, symbols)
            key = fingerprint(callee)
            if key not in known:
                known[key] = unique(state.sym_name.data, taken)
                taken.add(known[key])
                callee.attributes["sym_name"] = StringAttr(known[key])
                insert_before(self.program, callee)
            else:
                callee.erase()
            values = {s: symbolic.symbol(s) for s in symbols}
            call = CallOp(known[key], roots, values)
            call.attributes["label"] = state.sym_name
            insert_before(state, derived(call, state))
            state.detach()
            state.erase()

    def outlined(self, state: StateOp, roots: list[SSAValue], symbols: list[str]) -> SdfgOp:
        """A private program that holds a copy of `state`."""
        accesses = Accesses.of(state)
        arguments: list[tuple[str, str, ArrayType | StreamType]] = []
        for container in roots:
            reads, writes = container in accesses.reads, container in accesses.writes
            role = "inout" if reads and writes else "out" if writes else "in"
            kind = container.type
            assert isinstance(kind, ArrayType)
            arguments.append((role, label(container), kind))
        callee = SdfgOp.with_arguments("callee", symbols, arguments, private=True)
        values: dict[SSAValue, SSAValue] = dict(zip(roots, callee.body.block.args, strict=True))
        for old, new in values.items():
            new.name_hint = old.name_hint
        for view in views(state, values):
            callee.body.block.add_op(view.clone(values))
        copy = state.clone(values)
        callee.body.block.add_op(copy)
        for new, old in zip(copy.walk(), state.walk(), strict=True):
            new.location = old.location
        callee.location = state.location
        return callee


def states(program: SdfgOp) -> Iterator[StateOp]:
    """The states at program level and in control flow, in order."""
    for op in program.walk():
        if isinstance(op, StateOp) and not any(isinstance(p, MapOp) for p in parents(op)):
            yield op


def parents(op: Operation) -> Iterator[Operation]:
    parent = op.parent_op()
    while parent is not None:
        yield parent
        parent = parent.parent_op()


def containers(state: StateOp) -> list[SSAValue]:
    """Roots of the containers that `state` uses from outside, in order of their first use."""
    inside = {r for op in state.walk() for r in op.results}
    inside |= {a for op in state.walk() for g in op.regions for b in g.blocks for a in b.args}
    found: dict[SSAValue, None] = {}
    for op in state.walk():
        for operand in op.operands:
            if operand not in inside:
                found[root(operand)] = None
    return list(found)


def views(state: StateOp, known: dict[SSAValue, SSAValue]) -> list[ViewOp]:
    """The views outside of `state` that it uses, each after what it is a view of."""
    found: dict[ViewOp, None] = {}

    def visit(value: SSAValue) -> None:
        if value not in known and isinstance(value.owner, ViewOp):
            visit(value.owner.source)
            if not state.is_ancestor(value.owner):
                found[value.owner] = None

    for op in state.walk():
        for operand in op.operands:
            visit(operand)
    return list(found)


def free_symbols(state: StateOp, roots: list[SSAValue]) -> set[str]:
    """Symbols that the state and its containers read and that it does not define itself."""
    read: set[str] = set()
    bound: set[str] = set()
    for op in state.walk():
        read |= symbols_read(op)
        bound |= set(symbols_bound(op))
        if (assigned := symbol_assigned(op)) is not None:
            bound.add(assigned)
    for view in views(state, {}):
        read |= symbols_read(view)
    read -= bound
    for container in roots:
        kind = container.type
        if isinstance(kind, ArrayType):
            read |= kind.symbols
    return read


def label(container: SSAValue) -> str:
    """What people call a container."""
    owner = container.owner
    if isinstance(owner, AllocOp) and owner.label is not None:
        return owner.label.data
    if isinstance(owner, ConstantOp):
        return getattr(getattr(owner.value, "key", None), "data", "constant")
    return container.name_hint or "x"


def fingerprint(program: SdfgOp) -> str:
    """A text that two programs share exactly if they do the same: names and places left out."""
    copy = program.clone()
    for op in copy.walk():
        for name in ("label", "sym_name", "arg_names"):
            op.attributes.pop(name, None)
        for value in (*op.results, *(a for g in op.regions for b in g.blocks for a in b.args)):
            value.name_hint = None
    stream = StringIO()
    Printer(stream, print_generic_format=True).print_op(copy)
    return stream.getvalue()


def unique(name: str, taken: set[str]) -> str:
    """`name` as the name of a program, with a number behind it if it is taken."""
    base = re.sub(r"\W+", "_", name).strip("_") or "state"
    if base not in taken:
        return base
    return next(f"{base}_{k}" for k in range(1, len(taken) + 2) if f"{base}_{k}" not in taken)
