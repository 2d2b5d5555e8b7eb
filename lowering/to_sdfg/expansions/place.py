"""Where a library node stands: names that are free there, and room for its nodes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from xdsl.ir import Attribute, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.scope import symbols_bound
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.to_sdfg.nests import map_parameters
from sdfg.lowering.to_sdfg.values import array_type


@dataclass
class Place:
    """The surroundings of one library node while it is expanded."""

    node: Operation
    taken: set[str]
    """Symbols of the whole program, where loops and maps are not counted."""
    around: frozenset[str]
    """Parameters of the maps and loops around the node."""
    nodes: list[Operation] = field(default_factory=list[Operation])
    """What takes the place of the node, in order."""

    @staticmethod
    def of(node: Operation, taken: set[str]) -> "Place":
        around: set[str] = set()
        parent = node.parent_op()
        while parent is not None:
            around.update(symbols_bound(parent))
            parent = parent.parent_op()
        return Place(node, taken, frozenset(around))

    def params(self, letter: str, count: int) -> list[Expr]:
        """Free parameters `i0, i1, ...` as expressions."""
        used = self.taken | self.around
        return [symbolic.symbol(n) for n in map_parameters(letter, count, used)]

    def fresh_symbol(self, name: str) -> str:
        """A new symbol of the program."""
        name = symbolic.symbol_name(name, self.taken | self.around)
        self.taken.add(name)
        return name

    def add(self, nodes: Sequence[Operation]) -> None:
        self.nodes += nodes

    def allocate(self, dims: Sequence[Expr], element: Attribute) -> SSAValue:
        """A transient container in front of the state, or of the node where maps are around it."""
        state = self.node.parent_op()
        before = state if isinstance(state, StateOp) else self.node
        alloc = AllocOp(ArrayType(dims, element))
        block = before.parent_block()
        assert block is not None
        block.insert_op_before(derived(alloc, self.node), before)
        return alloc.result

    def initial(self, container: SSAValue) -> SSAValue | None:
        """
        What `container` is a copy of, where the node in front copies all of it: that node goes
        away, and the expansion begins at its source.
        """
        before = self.node.prev_op
        if not isinstance(before, CopyOp) or before.target is not container:
            return None
        if before.write.wcr is not None or before.asynchronous is not None:
            return None
        for end, memlet in ((before.source, before.read), (container, before.write)):
            if not isinstance(end.type, ArrayType):
                return None
            if memlet.subset != SubsetAttr.full(array_type(end).dims):
                return None
        source = before.source
        before.detach()
        before.erase()
        return source
