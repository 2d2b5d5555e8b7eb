"""What is visible while a body is emitted: containers, symbols, names. And what was used."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from xdsl.ir import Operation, SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import files as f
from sdfg.backends.c_tree import types as t
from sdfg.backends.c_tree.names import Scope as Names
from sdfg.backends.openmp.expressions import linear_index, names_in, symbolic_to_c
from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass(frozen=True)
class Block:
    """A block of memory: a pointer or array of C, or variables for one that lives in registers."""

    name: str
    element: t.Scalar | t.Vector
    in_registers: bool = False
    elements: tuple[int, ...] | None = None
    """Of a block in registers: the places that have a variable; None for one element in all."""

    @property
    def pointer(self) -> c.Name:
        return c.Name(self.name)

    def variable(self, place: int) -> c.Name:
        """The variable of one element of a block in registers."""
        return c.Name(self.name if self.elements is None else f"{self.name}_{place}")


@dataclass(frozen=True)
class Queue:
    """A stream: a ring of `depth` elements, where the first one is, and how many there are."""

    slots: c.Name
    first: c.Name
    count: c.Name
    depth: c.Integer
    element: t.Scalar | t.Vector
    shared: bool
    """Whether it stands outside of all parallel maps."""


@dataclass
class Uses:
    """What a function turned out to need; decides its parameters."""

    values: set[str] = field(default_factory=set[str])
    """Names of parameters that were read."""
    context: bool = False
    """Whether it needs the context: threads, failures, memory, weights."""
    threads: bool = False
    """Whether it has parallel maps."""
    memory: bool = False
    """Whether it takes memory from the workspace."""
    fails: bool = False
    """Whether something in it can fail at run time."""
    vectors: dict[str, t.Vector] = field(default_factory=dict[str, t.Vector])
    """Vector types by name."""

    partial: dict[str, None] = field(default_factory=dict[str, None])
    """Those of which not all lanes count everywhere."""

    def note_partial(self, kind: t.Vector) -> None:
        self.note_vector(kind)
        self.partial[kind.name] = None

    def note_vector(self, kind: t.Scalar | t.Vector) -> None:
        if isinstance(kind, t.Vector):
            self.vectors[kind.name] = t.Vector(kind.element, kind.lanes)


@dataclass(frozen=True)
class Kernels:
    """The functions that parallel maps of one function become, in the order of their use."""

    function: str = ""
    """What their names begin with."""
    names: Names = field(default_factory=Names)
    """Those of all functions of the model."""
    items: list[f.Item] = field(default_factory=list[f.Item])
    """What stands before the function."""


@dataclass(frozen=True)
class Scope:
    """Meanings of containers and symbols at one place of a program."""

    blocks: dict[SSAValue, Block | Queue]
    symbols: dict[str, c.Expression]
    names: Names
    uses: Uses
    kernels: Kernels = field(default_factory=Kernels)
    public: bool = False
    """Whether the function around is `run`, which returns a status."""
    parallel: bool = False
    """Whether several threads run this."""
    lanes: bool = False
    """Whether this runs in the lanes of a loop, which cannot be left."""
    shared: frozenset[str] = frozenset()
    """The symbols that all points of the parallel map around share."""

    @staticmethod
    def of_symbols(symbols: dict[str, c.Expression]) -> "Scope":
        """A scope for expressions over `symbols` only."""
        return Scope({}, symbols, Names(), Uses())

    def inner(self, *, parallel: bool = False, lanes: bool = False) -> Self:
        """A scope within this one."""
        return replace(
            self,
            blocks=dict(self.blocks),
            symbols=dict(self.symbols),
            names=self.names.inner(),
            parallel=self.parallel or parallel,
            lanes=self.lanes or lanes,
            shared=frozenset(self.symbols) if parallel else self.shared,
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
        self.note_symbols(expr)
        return symbolic_to_c(expr, self.symbols)

    def note_symbols(self, *exprs: Expr) -> None:
        """Say that the function reads what stands for the symbols of expressions."""
        for symbol in symbolic.symbols_of(*exprs):
            self.uses.values |= names_in(self.symbols[symbol])

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
        if not isinstance(found, Queue):
            fail(op, "uses an array where C needs a stream")
        if self.parallel and found.shared:
            fail(
                op,
                "uses a stream of all points in a parallel map; queues in C are for one thread",
                hint="make the map sequential, or allocate the stream in its body",
            )
        return found

    def element(self, container: SSAValue, index: Sequence[Expr], op: Operation) -> c.Expression:
        """The C expression of one element, to read or to assign."""
        kind = container.type
        assert isinstance(kind, ArrayType)
        return self.place(container, self.position(kind, index), op)

    def place(self, container: SSAValue, position: c.Expression, op: Operation) -> c.Expression:
        """The element at a distance from the start of the block of `container`."""
        block = self.block(container, op)
        if not block.in_registers:
            return block.pointer[position]
        if block.elements is None:
            return block.pointer
        if not isinstance(position, c.Integer):
            fail(
                op,
                f"indexes '{block.name}', which lives in registers, by an index known only at run "
                "time",
                hint="unroll the maps around it, or keep the container on the stack",
            )
        if position.value not in block.elements:
            fail(op, f"accesses element {position.value} of '{block.name}', which it does not have")
        return block.variable(position.value)

    def position(self, kind: ArrayType, index: Sequence[Expr]) -> c.Expression:
        """Distance of an element from the start of its block, in elements."""
        self.note_symbols(*index, *kind.strides.data, kind.offset.data)
        return linear_index(index, kind.strides.data, kind.offset.data, self.symbols)

    def start(self, container: SSAValue, memlet: MemletAttr, op: Operation) -> c.Expression:
        """The first element of a subset."""
        return self.element(container, [r.start for r in memlet.ranges], op)
