"""Remove what no result depends on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import Rewriter

from sdfg.dialect.analysis.accesses import Access, Accesses, may_stop
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.subsets import image, is_full
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.ops.call import CallOp
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, ReadSymbolOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import ConsumeOp, MapOp, StateOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.simplify.rewriting import erase_unused_containers
from sdfg.lowering.simplify.tasklets import dependences, prune_tasklet, stopping_reads

Node = TaskletOp | CopyOp | LibraryOp | CallOp | ConsumeOp
"""What moves data."""

Scope = StateOp | MapOp | ForOp | WhileOp | IfOp
"""What holds nodes."""


@dataclass(frozen=True)
class EliminateDeadCodePass(ModulePass):
    """
    Remove writes that nothing reads, then what is left empty or unused.

    ```
    %t = sdfg.alloc : ...                          sdfg.state @s {
    sdfg.state @s {                                  sdfg.copy %x[0:N] -> %y[0:N]
      sdfg.copy %x[0:N] -> %t[0:N]       ->        }
      sdfg.copy %x[0:N] -> %y[0:N]
    }
    ```

    Containers that the program gives out, and nodes that may stop the program with an error, stay,
    and all they depend on. A write that is overwritten before it is read goes too, as do single
    outputs of tasklets, maps and loops over nothing, symbols, containers and private programs that
    nothing uses. Linear in the size of the program for each round; one round more than what
    depends on what is left over.
    """

    name = "sdfg-eliminate-dead-code"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        programs = [p for p in op.walk() if isinstance(p, SdfgOp)]
        for program in programs:
            while _eliminate(program):
                pass
        _erase_unused_programs(op, programs)


def _eliminate(program: SdfgOp) -> bool:
    """One round over a program: whether anything went."""
    changed = _erase_empty_ranges(program)
    needed, live = _live(program)
    for node in list(_nodes(program.body.block)):
        if node not in live:
            Rewriter.erase_op(node)
            changed = True
        elif isinstance(node, TaskletOp):
            changed |= prune_tasklet(node, needed)
    ending = {a.result for a in program.walk() if isinstance(a, AllocOp)}
    changed |= _erase_overwritten(program.body.block, set[SSAValue](ending))
    changed |= _erase_symbols(program)
    changed |= _erase_empty(program.body.block)
    return erase_unused_containers(program) or changed


def _nodes(block: Block) -> Iterator[Operation]:
    """All nodes in `block` and in the scopes within it."""
    for op in block.ops:
        if isinstance(op, Node):
            yield op
        elif isinstance(op, Scope):
            for region in op.regions:
                yield from _nodes(region.block)


def _live(program: SdfgOp) -> tuple[set[SSAValue], set[Operation]]:
    """The containers whose contents count, and the nodes that have to run. Linear."""
    writers: dict[SSAValue, list[tuple[Operation, frozenset[SSAValue]]]] = {}
    work = [arg for role, _, arg in program.arguments if role != "in"]
    live: set[Operation] = set()
    for op in program.walk():
        if isinstance(op, ReadSymbolOp):
            work += Accesses.of(op).reads
    for node in _nodes(program.body.block):
        found = dependences(node)
        for written, read in found:
            for base in written:
                writers.setdefault(base, []).append((node, read))
        if may_stop(node):
            live.add(node)
            work += stopping_reads(node)
            # A tasklet that is kept for an assertion alone keeps its first output.
            work += found[0][1]
    needed: set[SSAValue] = set()
    while work:
        base = work.pop()
        if base not in needed:
            needed.add(base)
            for node, read in writers.get(base, ()):
                live.add(node)
                work += read
    return needed, live


def _erase_overwritten(block: Block, dead: set[SSAValue]) -> bool:
    """
    Erase nodes whose results are overwritten before they are read, from the end of `block`.

    `dead` holds the memory whose contents nobody reads behind `block`; on return, before it.
    """
    changed = False
    for op in list(block.ops)[::-1]:
        if isinstance(op, StateOp):
            changed |= _erase_overwritten(op.body.block, dead)
            continue
        accesses = Accesses.of(op)
        if isinstance(op, Node | MapOp) and accesses.writes:
            if accesses.writes <= dead and not may_stop(op):
                Rewriter.erase_op(op)
                changed = True
                continue
        elif isinstance(op, ForOp | WhileOp | IfOp):
            for region in op.regions:
                changed |= _erase_overwritten(region.block, set())
        _update(dead, accesses)
    return changed


def _update(dead: set[SSAValue], accesses: Accesses) -> None:
    for base, found in accesses.by_root.items():
        if base in accesses.reads:
            dead.discard(base)
        elif any(_writes_all(a) for a in found):
            dead.add(base)
        elif any(a.wcr is not None for a in found):
            dead.discard(base)


def _writes_all(access: Access) -> bool:
    """Whether a write replaces the whole contents of the memory it goes to."""
    if not access.is_array or access.container is not access.root or access.wcr is not None:
        return False
    if not (access.writes and access.whole and access.is_certain):
        return False
    if access.root.type != access.container.type or not array_type(access.root).is_dense:
        return False
    covered = image(access.subset, access.ranges)
    return covered is not None and is_full(array_type(access.root), covered)


def _erase_empty_ranges(program: SdfgOp) -> bool:
    """Erase maps and loops that run over nothing, whatever the symbols are."""
    found = [
        op
        for op in program.walk()
        if isinstance(op, MapOp | ForOp)
        and any((e := r.extent).is_Integer and e <= 0 for r in op.ranges.data)
    ]
    for op in reversed(found):
        Rewriter.erase_op(op)
    return bool(found)


def _erase_symbols(program: SdfgOp) -> bool:
    """Erase assignments to symbols that no other operation reads."""
    assigned = [op for op in program.walk() if symbol_assigned(op) is not None]
    if not assigned:
        return False
    used: dict[str, set[Operation]] = {}
    for op in program.walk():
        for name in symbols_read(op):
            used.setdefault(name, set()).add(op)
    erased = False
    for op in assigned:
        if not used.get(symbol_assigned(op) or "", set()) - {op}:
            Rewriter.erase_op(op)
            erased = True
    return erased


def _erase_empty(block: Block) -> bool:
    """Erase scopes that hold no node and set no symbol that others read."""
    changed = False
    for op in list(block.ops)[::-1]:
        if not isinstance(op, Scope):
            continue
        for region in op.regions:
            changed |= _erase_empty(region.block)
        if _is_empty(op):
            Rewriter.erase_op(op)
            changed = True
    return changed


def _is_empty(scope: Operation) -> bool:
    for region in scope.regions:
        for op in region.block.ops:
            if isinstance(op, AssignOp | ReadSymbolOp):
                # A loop that only counts its own condition down has no effect.
                if not isinstance(scope, WhileOp) or _is_read_outside(op, scope):
                    return False
            elif not isinstance(op, AllocOp | ConstantOp | ViewOp):
                return False
    return not any(_used_outside(op, scope) for op in scope.walk())


def _is_read_outside(assignment: Operation, scope: Operation) -> bool:
    name = symbol_assigned(assignment)
    inside = set(scope.walk())
    program = scope
    while not isinstance(program, SdfgOp) and (parent := program.parent_op()) is not None:
        program = parent
    return any(name in symbols_read(op) for op in program.walk() if op not in inside)


def _used_outside(op: Operation, scope: Operation) -> bool:
    return any(not scope.is_ancestor(use.operation) for r in op.results for use in r.uses)


def _erase_unused_programs(module: ModuleOp, programs: Iterable[SdfgOp]) -> None:
    """
    Erase private programs that no other program needs, and then those only they needed.

    A program is needed where it is called, and where a constant is a weight that it computes.
    """
    left = list(programs)
    while True:
        inside = [op for program in left for op in program.walk()]
        called = {op.callee.string_value() for op in inside if isinstance(op, CallOp)}
        weights = {
            op.value.key.data
            for op in inside
            if isinstance(op, ConstantOp) and isinstance(op.value, WeightAttr)
        }
        unused = [
            p
            for p in left
            if p.is_private
            and p.sym_name.data not in called
            and weights.isdisjoint(n for r, n, _ in p.arguments if r != "in")
        ]
        if not unused:
            return
        for program in unused:
            Rewriter.erase_op(program)
            left.remove(program)
