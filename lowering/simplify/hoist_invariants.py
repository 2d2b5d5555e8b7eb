"""Take what is the same in each iteration out of loops and maps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Accesses, may_stop
from sdfg.dialect.analysis.containers import array_type, given_sizes, in_registers
from sdfg.dialect.analysis.subsets import is_nonnegative
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ForOp, IfOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.library import LibraryOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.scope import symbol_assigned, symbols_bound, symbols_read
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.simplify.privatize import private_scope
from sdfg.lowering.simplify.rewriting import Definition, move_before, retype

Scope = ForOp | WhileOp | MapOp
Node = MapOp | TaskletOp | CopyOp | LibraryOp
"""What may be taken out."""


@dataclass(frozen=True)
class HoistInvariantsPass(ModulePass):
    """
    Move nodes that do the same in each iteration of a loop before the loop.

    ```
    sdfg.for [t = 0:T] {                         sdfg.if T > 0 {
      sdfg.state @step {                           sdfg.state @step { %w -> %u }
        %w -> %u                                 }
        %u, %x[t] -> %y[t]               ->      sdfg.for [t = 0:T] {
      }                                            sdfg.state @step { %u, %x[t] -> %y[t] }
    }                                            }
    ```

    Such a node depends on no symbol that changes in the loop, nothing in the loop writes what it
    reads, and it alone writes what it writes, before others read it. Where the loop may not run, an
    `sdfg.if` makes sure that the node does not run either. Out of a map goes what only writes
    containers of that map, if the map surely runs; these containers then serve all points. Nodes
    that may stop the program stay. What is left of inner loops is tried again in the loops around
    them. Quadratic in the number of nodes of a loop.
    """

    name = "sdfg-hoist-invariants"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        for program in [p for p in op.walk() if isinstance(p, SdfgOp)]:
            sizes = given_sizes(program)
            scopes = [inner for inner in program.walk() if isinstance(inner, Scope)]
            for scope in reversed(scopes):
                if may_pay(scope):
                    Iterations.of(scope, sizes).hoist()


def may_pay(scope: Scope) -> bool:
    """Whether there may be something to take out: from a map, only with containers of its own."""
    ops = scope.body.block.ops
    return not isinstance(scope, MapOp) or any(isinstance(op, AllocOp) for op in ops)


@dataclass
class Iterations:
    """The nodes of a loop or map, and what changes between its iterations."""

    scope: Scope
    nodes: dict[Operation, Accesses]
    """In the order of the text, without those that have been taken out."""
    changing: frozenset[str]
    """Symbols that may have another value in another iteration."""
    sizes: frozenset[str]
    """Symbols that are never negative."""
    hoisted: list[Operation] = field(default_factory=list[Operation])

    @classmethod
    def of(cls, scope: Scope, sizes: frozenset[str]) -> Self:
        """Read `scope` as it is now."""
        assigned = (symbol_assigned(op) for op in scope.walk())
        changing = {*symbols_bound(scope), *(name for name in assigned if name is not None)}
        nodes = {node: Accesses.of(node) for node in _nodes(scope.body.block)}
        return cls(scope, nodes, frozenset(changing), sizes)

    @property
    def surely_run(self) -> bool:
        """Whether there is at least one iteration."""
        if isinstance(self.scope, WhileOp):
            return False
        extents = [symbolic.constant(r.extent) for r in self.scope.ranges.data]
        return all(extent is not None and extent > 0 for extent in extents)

    def hoist(self) -> None:
        """Move all that is the same in each iteration before the scope."""
        if isinstance(self.scope, MapOp) and not self.surely_run:
            return
        label = None
        for node in list(self.nodes):
            if (definitions := self.definitions_to_move(node)) is None:
                continue
            for definition in definitions:
                move_before(definition, self.scope)
                self.widen(definition)
            label = label or node.parent_op()
            del self.nodes[node]
            self.hoisted.append(node)
        if self.hoisted:
            self.place(label)

    def definitions_to_move(self, node: Operation) -> list[Definition] | None:
        """The containers that have to move with `node`; None if it has to stay."""
        if not isinstance(node, Node) or not self.is_invariant(node) or may_stop(node):
            return None
        definitions = self.definitions(node)
        if not self.is_only_writer(node) or not all(map(self.may_move, definitions)):
            return None
        if isinstance(self.scope, MapOp):
            own = {d.result for d in definitions if isinstance(d, AllocOp)}
            return definitions if self.nodes[node].writes <= own else None
        return definitions

    def is_invariant(self, op: Operation) -> bool:
        """Whether `op` depends on no symbol that changes."""
        return all(self.changing.isdisjoint(symbols_read(inner)) for inner in op.walk())

    def is_only_writer(self, node: Operation) -> bool:
        """Whether running `node` once, before all others, leaves the same contents to read."""
        ours = self.nodes[node]
        if not all(a.is_array for a in ours.all) or not _is_repeatable(node, ours):
            return False
        before = True
        for other, theirs in self.nodes.items():
            if other is node:
                before = False
            elif not theirs.writes.isdisjoint(ours.writes | ours.reads):
                return False
            elif before and not theirs.updates.isdisjoint(ours.writes):
                return False
        return True

    def definitions(self, node: Operation) -> list[Definition]:
        """The containers of the scope that `node` uses, each after what it is a view of."""
        found: dict[Definition, None] = {}

        def visit(value: SSAValue) -> None:
            owner = value.owner
            if isinstance(owner, Definition) and self.scope.is_ancestor(owner):
                if not node.is_ancestor(owner):
                    if isinstance(owner, ViewOp):
                        visit(owner.source)
                    found[owner] = None

        for op in node.walk():
            for operand in op.operands:
                visit(operand)
        return list(found)

    def may_move(self, definition: Definition) -> bool:
        """Whether a container is as good before the scope."""
        if not self.is_invariant(definition):
            return False
        if self.needs_memory(definition):
            return not any(isinstance(use.operation, ViewOp) for use in definition.result.uses)
        if isinstance(definition, AllocOp) and not self.surely_run:
            dims = array_type(definition.result).dims
            return all(is_nonnegative(symbolic.expanded(e), self.sizes) for e in dims)
        return True

    def needs_memory(self, definition: Definition) -> bool:
        """Whether a container in registers would stand directly in a state, for several nodes."""
        return in_registers(definition.result) and isinstance(self.scope.parent_op(), StateOp)

    def widen(self, definition: Definition) -> None:
        """Let a container in registers have memory where it needs it."""
        if self.needs_memory(definition):
            hint, kind = definition.result.name_hint, array_type(definition.result)
            retype(definition.result, kind.with_storage("heap")).name_hint = hint

    def place(self, origin: Operation | None) -> None:
        """Put what has been taken out before the scope, where it runs if the scope does."""
        for node in self.hoisted:
            node.detach()
        content: Sequence[Operation] = self.hoisted
        if isinstance(origin, StateOp) and self.scope.is_ancestor(origin):
            content = [derived(StateOp(origin.sym_name.data, content), origin)]
        if not self.surely_run:
            content = [derived(IfOp(self.condition, content), self.scope)]
        Rewriter.insert_op(content, InsertPoint.before(self.scope))

    @property
    def condition(self) -> symbolic.Expr:
        """When there is an iteration."""
        if isinstance(self.scope, WhileOp):
            return self.scope.condition.data
        (over,) = self.scope.ranges.data
        return symbolic.greater(over.end, over.start)


def _nodes(block: Block) -> Iterator[Operation]:
    for op in block.ops:
        if isinstance(op, StateOp):
            yield from _nodes(op.body.block)
        elif not isinstance(op, AllocOp | ConstantOp | ViewOp):
            yield op


def _is_repeatable(node: Operation, accesses: Accesses) -> bool:
    """Whether what a node reads of its own results it has written before, each time it runs."""
    both = accesses.writes & accesses.updates
    outside = [base for base in both if not node.is_ancestor(base.owner)]
    return all(private_scope(accesses.by_root[base]) is not None for base in outside)
