"""A tasklet within its nest: the loops around it, and which of them its result is reduced over."""

from dataclasses import dataclass
from typing import Self

from xdsl.dialects import arith
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.loops import Loop, loops_around
from sdfg.dialect.ops.tasklet import TaskletOp


@dataclass(frozen=True, eq=False)
class Statement:
    """
    ```
    map [i...] { alloc C; ...; map [k...] { tasklet -> (C[] wcr op) } }
    ```

    Here the loops over `k` are reduced; those over `i` are not, each point having a C of its own.
    """

    tasklet: TaskletOp
    loops: tuple[Loop, ...]
    """The loops around it, outermost first."""
    reads: tuple[Access, ...]
    """In the order of the operands."""
    writes: tuple[Access, ...]
    reduced: tuple[Loop, ...]
    """Loops of which all values meet in one element, by a conflict resolution."""

    @classmethod
    def of(cls, tasklet: TaskletOp, accesses: Accesses) -> Self:
        """The statement that `tasklet` is, where `accesses` are those of its nest."""
        own = accesses.by_node[tasklet]
        writes = tuple(a for a in own if a.writes)
        loops = loops_around(own[0].scope) if own else ()
        updates = [a for a in writes if a.wcr is not None]
        reduced = tuple(x for x in loops if any(not is_moved(a, x) for a in updates))
        return cls(tasklet, loops, tuple(a for a in own if not a.writes), writes, reduced)

    @property
    def kept(self) -> tuple[Loop, ...]:
        return tuple(x for x in self.loops if x not in self.reduced)

    @property
    def moving_reads(self) -> tuple[Access, ...]:
        """What it reads that some loop moves."""
        names = [x.parameter for x in self.loops]
        return tuple(a for a in self.reads if any(map(a.moves_with, names)))

    @property
    def factors(self) -> tuple[Access, Access] | None:
        """The two operands whose product is summed up, if that is what it does."""
        if len(self.writes) != 1 or self.writes[0].wcr != "sum" or len(self.tasklet.yielded) != 1:
            return None
        value = through_casts(self.tasklet.yielded[0])
        if not isinstance(value.owner, arith.MulfOp | arith.MuliOp):
            return None
        left, right = (self._origin(v) for v in value.owner.operands)
        return None if left is None or right is None or left is right else (left, right)

    @property
    def summand(self) -> Access | None:
        """The one operand whose elements are reduced as they are."""
        if len(self.tasklet.yielded) != 1:
            return None
        value = through_casts(self.tasklet.yielded[0])
        return self.reads[value.index] if isinstance(value, BlockArgument) else None

    def _origin(self, value: SSAValue) -> Access | None:
        """The one operand that decides `value`, apart from those that no loop moves."""
        found = {a for a in arguments_of(value) if self.reads[a].is_point}
        moving = self.moving_reads
        reads = [self.reads[a] for a in sorted(found) if self.reads[a] in moving]
        return reads[0] if len(reads) == 1 else None


def is_moved(access: Access, loop: Loop) -> bool:
    """Whether each value of `loop` has its own elements: by the subset, or by a private block."""
    owner = access.root.owner
    private = isinstance(owner, Operation) and loop.op.is_ancestor(owner)
    return private or access.moves_with(loop.parameter)


def through_casts(value: SSAValue) -> SSAValue:
    """What `value` is a conversion of."""
    while isinstance(
        owner := value.owner, arith.ExtFOp | arith.TruncFOp | arith.ExtSIOp | arith.ExtUIOp
    ):
        value = owner.operands[0]
    return value


def arguments_of(value: SSAValue) -> set[int]:
    """Indices of the arguments of the tasklet that `value` is computed from."""
    found: set[int] = set()
    todo: list[SSAValue] = [value]
    seen: set[Operation] = set()
    while todo:
        at = todo.pop()
        if isinstance(at, BlockArgument):
            found.add(at.index)
        elif isinstance(owner := at.owner, Operation) and owner not in seen:
            seen.add(owner)
            todo += owner.operands
    return found
