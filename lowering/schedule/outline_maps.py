"""Map nests as programs of their own, equal ones only once."""

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.analysis.structure import Structures
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import ViewOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_bound, symbols_read
from sdfg.dialect.types import ArrayType, StreamType
from sdfg.lowering.schedule.names import label, names_around
from sdfg.lowering.simplify.rewriting import erase_unused_containers, insert_before, substitute
from sdfg.lowering.to_sdfg.names import place as layer_name


@dataclass(frozen=True)
class OutlineMapsPass(ModulePass):
    """
    Make each map nest of a state a private program and call it; nests that do the same share one.

    Before:

    ```
    sdfg.state @all { map { A } map { A on other containers } }
    ```

    After:

    ```
    sdfg.sdfg private @layer1 (...) { sdfg.state @layer1 { map { A } } }
    sdfg.state @all { sdfg.call @layer1(...) sdfg.call @layer1(...) }
    ```

    Models repeat their layers: the code of one is then compiled once. Nests that use streams stay.
    Parameters lose the numbers that told them from those of other nests.
    """

    name = "sdfg-outline-maps"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.ops if isinstance(p, SdfgOp) and not p.is_private]:
            Outliner(op, program).run()


@dataclass
class Outliner:
    """Outlines the nests of one program."""

    module: ModuleOp
    program: SdfgOp

    def run(self) -> None:
        taken = {p.sym_name.data for p in self.module.ops if isinstance(p, SdfgOp)}
        known: dict[Hashable, str] = {}
        structures = Structures()
        around = names_around(self.program)
        for nest in list(nests(self.program)):
            drop_numbers(nest, around)
            said = structures.of(nest)
            roots = list(dict.fromkeys(root(value) for value in said.externals))
            if any(isinstance(c.type, StreamType) for c in roots):
                continue
            symbols = sorted(free_symbols(nest, roots))
            where = layer(nest)
            places = tuple(place(value, roots, structures) for value in said.externals)
            key = said.key, places, tuple(structures.number(c.type) for c in roots)
            values = {s: symbolic.symbol(s) for s in symbols}
            first = key not in known
            if first:
                known[key] = unique(where, taken)
                taken.add(known[key])
            call = CallOp(known[key], roots, values)
            call.attributes["label"] = StringAttr(where)
            insert_before(nest, derived(call, nest))
            if first:
                insert_before(self.program, outlined(nest, roots, symbols, known[key]))
            else:
                nest.detach()
                nest.erase()
        erase_unused_containers(self.program)


def drop_numbers(nest: MapOp, around: Iterable[str]) -> None:
    """Call parameters in `nest` `row` instead of `row_3`, unless several are called so there."""
    inner = list(nest.walk())
    taken = set(around).union(filter(None, map(symbol_assigned, inner)))
    names: dict[str, str] = {}
    for old in dict.fromkeys(p for op in inner for p in symbols_bound(op)):
        names[old] = unique_label(re.sub(r"(_\d+)+$", "", old), taken)
        taken.add(names[old])
    changed = {old: symbolic.symbol(new) for old, new in names.items() if old != new}
    if not changed:
        return
    for op in inner:
        if bound := symbols_bound(op):
            op.attributes["params"] = syntax.strings(names[p] for p in bound)
    substitute(nest, changed)


def place(value: SSAValue, roots: list[SSAValue], structures: Structures) -> Hashable:
    """What a container is: one of `roots`, or what view of which of them."""
    owner = value.owner
    if not isinstance(owner, ViewOp):
        return roots.index(value)
    return structures.of(owner).key, place(owner.source, roots, structures)


def outlined(nest: MapOp, roots: list[SSAValue], symbols: list[str], name: str) -> SdfgOp:
    """A private program that does what `nest` does, which goes into it."""
    accesses = Accesses.of(nest)
    arguments: list[tuple[str, str, ArrayType | StreamType]] = []
    labels: set[str] = set()
    for container in roots:
        reads, writes = container in accesses.reads, container in accesses.writes
        role = "inout" if reads and writes else "out" if writes else "in"
        kind = container.type
        assert isinstance(kind, ArrayType)
        called = unique_label(label(container), labels)
        labels.add(called)
        arguments.append((role, called, kind))
    callee = SdfgOp.with_arguments(name, symbols, arguments, private=True)
    values: dict[SSAValue, SSAValue] = dict(zip(roots, callee.body.block.args, strict=True))
    for old, new in values.items():
        new.name_hint = old.name_hint
    for view in views(nest, values):
        callee.body.block.add_op(view.clone(values))
    where = layer(nest)
    nest.detach()
    callee.body.block.add_op(StateOp(where, [nest]))
    for op in nest.walk():
        for index, operand in enumerate(op.operands):
            if operand in values:
                op.operands[index] = values[operand]
    derived(callee, nest)
    return callee


def nests(program: SdfgOp) -> Iterator[MapOp]:
    """The outermost maps of all states, in order."""
    for state in program.walk():
        if isinstance(state, StateOp) and not any(isinstance(p, MapOp) for p in parents(state)):
            yield from [op for op in state.body.block.ops if isinstance(op, MapOp)]


def parents(op: Operation) -> Iterator[Operation]:
    parent = op.parent_op()
    while parent is not None:
        yield parent
        parent = parent.parent_op()


def layer(nest: MapOp) -> str:
    """What to call a nest: the layer that it came from, else the state it stands in."""
    state = nest.parent_op()
    assert isinstance(state, StateOp)
    return layer_name(nest.location) or state.sym_name.data


def views(nest: MapOp, known: dict[SSAValue, SSAValue]) -> list[ViewOp]:
    """The views outside of `nest` that it uses, each after what it is a view of."""
    found: dict[ViewOp, None] = {}

    def visit(value: SSAValue) -> None:
        if value not in known and isinstance(value.owner, ViewOp):
            visit(value.owner.source)
            if not nest.is_ancestor(value.owner):
                found[value.owner] = None

    for op in nest.walk():
        for operand in op.operands:
            visit(operand)
    return list(found)


def free_symbols(nest: MapOp, roots: list[SSAValue]) -> set[str]:
    """Symbols that the nest and its containers read and that it does not define itself."""
    read: set[str] = set()
    bound: set[str] = set()
    for op in nest.walk():
        read |= symbols_read(op)
        bound |= set(symbols_bound(op))
        if (assigned := symbol_assigned(op)) is not None:
            bound.add(assigned)
    for view in views(nest, {}):
        read |= symbols_read(view)
    read -= bound
    for container in roots:
        kind = container.type
        if isinstance(kind, ArrayType):
            read |= kind.symbols
    return read


def unique_label(text: str, taken: set[str]) -> str:
    """`text`, with a number behind it if it is taken."""
    if text not in taken:
        return text
    return next(f"{text}_{k}" for k in range(2, len(taken) + 3) if f"{text}_{k}" not in taken)


def unique(name: str, taken: set[str]) -> str:
    """`name` as the name of a program, with a number behind it if it is taken."""
    return unique_label(re.sub(r"\W+", "_", name).strip("_") or "nest", taken)
