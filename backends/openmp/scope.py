"""What is visible while a body is emitted: containers, symbols, names. And what was used."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.openmp.expressions import linear_index, symbolic_to_c
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Block:
    """A block of memory: a pointer variable of C, or a set of variables for one in registers."""

    name: str
    element: t.Scalar | t.Vector
    in_registers: bool = False

    @property
    def pointer(self) -> c.Name:
        return c.Name(self.name)


@dataclass(frozen=True)
class Queue:
    """A stream: a ring of `depth` elements in three variables named after it."""

    name: str
    element: t.Scalar | t.Vector
    depth: c.Expression

    @property
    def slots(self) -> c.Name:
        return c.Name(self.name)

    @property
    def first(self) -> c.Name:
        return c.Name(f"{self.name}_first")

    @property
    def count(self) -> c.Name:
        return c.Name(f"{self.name}_count")


@dataclass
class Uses:
    """What a function turned out to need; decides its parameters."""

    values: set[str] = field(default_factory=set[str])
    """Names of parameters that were read."""
    context: bool = False
    """Whether the context is needed: threads, failures, memory."""
    checks: bool = False
    """Whether something in here can fail at run time."""
    vectors: dict[str, t.Vector] = field(default_factory=dict[str, t.Vector])
    """Vector types by name."""


@dataclass(frozen=True)
class Scope:
    """Meanings of containers and symbols at one place of a program."""

    blocks: dict[SSAValue, Block | Queue]
    symbols: dict[str, c.Expression]
    names: Names
    uses: Uses
    parallel: bool = False
    """Whether several threads run this."""

    def inner(self, *, parallel: bool = False) -> Self:
        """A scope within this one."""
        return replace(
            self,
            blocks=dict(self.blocks),
            symbols=dict(self.symbols),
            names=self.names.inner(),
            parallel=self.parallel or parallel,
        )

    def with_symbols(self, values: dict[str, c.Expression]) -> Self:
        """This scope with further symbols; names stay shared."""
        return replace(self, symbols=self.symbols | values)

    def bind_symbol(self, symbol: str) -> str:
        """A C variable for a symbol that is defined here."""
        name = self.names.unique(symbol)
        self.symbols[symbol] = c.Name(name)
        return name

    def expression(self, expr: Expr) -> c.Expression:
        """A symbolic expression in C; notes the symbols it reads."""
        for symbol in expr.free_symbols:
            known = self.symbols[symbol.name]
            if isinstance(known, c.Name):
                self.uses.values.add(known.name)
        return symbolic_to_c(expr, self.symbols)

    def block(self, container: SSAValue, op: Operation) -> Block:
        """The block of memory of a container that is no stream."""
        found = self.blocks[container]
        if isinstance(found, Queue):
            fail(op, "uses a stream where C needs an array")
        self.uses.values.add(found.name)
        return found

    def queue(self, container: SSAValue, op: Operation) -> Queue:
        """The ring of a stream."""
        found = self.blocks[container]
        assert isinstance(found, Queue)
        if self.parallel:
            fail(op, "uses a stream in a parallel map; C here has queues for one thread only")
        return found

    def element(self, container: SSAValue, index: Sequence[Expr], op: Operation) -> c.Expression:
        """The C expression of one element, to read or to assign."""
        kind = container.type
        assert isinstance(kind, ArrayType)
        block = self.block(container, op)
        if block.in_registers:
            return self.register(block, kind, index, op)
        return block.pointer[self.position(kind, index)]

    def register(
        self, block: Block, kind: ArrayType, index: Sequence[Expr], op: Operation
    ) -> c.Name:
        """The variable that holds one element of a container in registers."""
        position = self.position(kind, index)
        if not isinstance(position, c.Integer):
            fail(
                op,
                f"indexes '{block.name}', which lives in registers, by an index known only at run "
                "time",
                hint="unroll the maps around it, or keep the container on the stack",
            )
        return c.Name(block.name if kind.rank == 0 else f"{block.name}_{position.value}")

    def position(self, kind: ArrayType, index: Sequence[Expr]) -> c.Expression:
        """Distance of an element from the start of its block, in elements."""
        for expr in (*index, *kind.strides.data, kind.offset.data):
            if not expr.is_Integer:
                self.expression(expr)
        return linear_index(index, kind.strides.data, kind.offset.data, self.symbols)

    def start(self, container: SSAValue, memlet: MemletAttr, op: Operation) -> c.Expression:
        """The first element of a subset."""
        return self.element(container, [r.start for r in memlet.ranges], op)
