"""Nests that say the same are mapped once: the layers of a model repeat."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from xdsl.dialects.builtin import StringAttr
from xdsl.ir import Block, Operation, SSAValue

from sdfg.dialect.analysis.accesses import may_stop
from sdfg.dialect.analysis.containers import is_constant, root
from sdfg.dialect.analysis.structure import Structures
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.lowering.schedule.names import label
from sdfg.lowering.simplify.rewriting import insert_before


@dataclass(frozen=True)
class Template:
    """What a recipe made of a nest, over arguments instead of the containers around it."""

    holder: Block
    allocs: tuple[AllocOp | ViewOp, ...]
    """Containers to define before the state, some of them named after an argument."""
    names: Mapping[int, tuple[int, str]]
    """For a container: the argument that it is named after, and what follows its name."""
    nodes: tuple[Operation, ...]
    """The nodes, those that were put before the nest first."""

    def place(self, op: MapOp, state: StateOp) -> None:
        """Put the nodes in the place of `op`."""
        around = externals(op)
        values: dict[SSAValue, SSAValue] = dict(zip(self.holder.args, around, strict=True))
        for index, alloc in enumerate(self.allocs):
            new = alloc.clone(values)
            if index in self.names:
                argument, rest = self.names[index]
                new.attributes["label"] = StringAttr(label(around[argument]) + rest)
            locate(new, op)
            insert_before(state, new)
        for node in self.nodes:
            new = node.clone(values)
            locate(new, op)
            insert_before(op, new)
        op.detach()
        op.erase()


@dataclass
class Templates:
    """The nests that were mapped so far, by what they say."""

    known: dict[Hashable, Template] = field(default_factory=dict[Hashable, Template])
    structures: Structures = field(default_factory=Structures)

    def key(self, op: MapOp) -> Hashable | None:
        """
        The same for nests that differ in names and containers alone.

        None for a nest that may stop the program: it then says where, which differs.
        """
        if may_stop(op):
            return None
        said = self.structures.of(op)
        roots = [root(v) for v in said.externals]
        facts = [(roots.index(root(v)), is_constant(v)) for v in said.externals]
        return said.key, tuple(facts)

    def remember(
        self,
        key: Hashable,
        around: Sequence[SSAValue],
        added: Sequence[Operation],
        nodes: Sequence[Operation],
    ) -> None:
        """
        Keep what became of a nest that used the containers `around`.

        Not where it now uses others: a view of the memory that one of them is a view of.
        """
        holder = Block(arg_types=[v.type for v in around])
        values: dict[SSAValue, SSAValue] = dict(zip(around, holder.args, strict=True))
        allocs = [op for op in added if isinstance(op, AllocOp | ViewOp)]
        names: dict[int, tuple[int, str]] = {}
        for index, alloc in enumerate(allocs):
            named = alloc.attributes.get("label")
            text = named.data if isinstance(named, StringAttr) else ""
            for argument, value in enumerate(around):
                if text and text.startswith(label(value)):
                    names[index] = (argument, text.removeprefix(label(value)))
        copies = [op.clone(values) for op in allocs]
        rest = [op for op in added if not isinstance(op, AllocOp | ViewOp)]
        clones = [op.clone(values) for op in (*rest, *nodes)]
        holder.add_ops([*copies, *clones])
        inside = set(holder.args).union(*(op.results for op in holder.ops))
        if any(value not in inside for op in holder.ops for value in externals(op)):
            for op in reversed(list(holder.ops)):
                op.detach()
                op.erase(safe_erase=False)
            return
        self.known[key] = Template(holder, tuple(copies), names, tuple(clones))


def externals(op: Operation) -> list[SSAValue]:
    """The values from outside that an operation uses, in the order of their first use."""
    found: dict[SSAValue, None] = {}
    for inner in op.walk():
        for value in inner.operands:
            owner = value.owner
            inside = op.is_ancestor(owner) if isinstance(owner, Operation) else is_within(owner, op)
            if not inside:
                found.setdefault(value)
    return list(found)


def is_within(block: Block, op: Operation) -> bool:
    parent = block.parent_op()
    return parent is not None and op.is_ancestor(parent)


def locate(new: Operation, old: Operation) -> None:
    """Give all of `new` the place of `old` in the model."""
    for inner in new.walk():
        inner.location = old.location
