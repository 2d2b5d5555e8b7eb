"""
What a nest of maps computes, from its structure alone, and what each of its loops is for.

Recipes are chosen by the name of the kind and address loops by their roles.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from xdsl.dialects import math
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.contractions import ContractionName, contraction_roles
from sdfg.dialect.analysis.loops import Loop, loops_within
from sdfg.dialect.analysis.statements import Statement
from sdfg.dialect.analysis.strides import element_stride
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp

RowName = Literal["softmax", "layer_norm", "row"]
Name = ContractionName | RowName | Literal["reduction", "transpose", "elementwise", "other"]

ROLES = {
    "matmul": "m moves the first operand, n the second, k is reduced",
    "batched_matmul": "as matmul; b moves both operands and the result",
    "matvec": "m or n moves the matrix, k is reduced; a moving loop of extent 1 may be there",
    "batched_matvec": "as matvec; b moves both operands and the result",
    "convolution": "n images, g groups, oc and ic channels out and in, o0.. places, k0.. kernel",
    "conv1x1": "as convolution, without kernel",
    "depthwise_convolution": "as convolution, without ic; oc where a group has several filters",
    "pooling": "n images, c channels, o0.. places, k0.. window",
    "reduction": "p0.. move the result, r0.. are reduced",
    "softmax": "as row: exponentials of differences from a maximum are summed up",
    "layer_norm": "as row: sums, and a root taken of one of them",
    "row": "p0.. choose the row; r0.. reduce it, e0.. sweep it, one pass after the other",
    "transpose": "m is contiguous where it is read, n where it is written, b0.. are all others",
    "elementwise": "e0.., in order",
    "other": "l0.., in the order of the text",
}
"""The kinds, and the roles that their loops have. One of `m n k b g oc ic` has numbers if many."""

ROWS = frozenset[str]({"softmax", "layer_norm", "row"})
"""The kinds that are several passes over a row."""

NUMBERED = frozenset({"p", "r", "e", "l"})
"""Roles that carry a number even where they occur once."""


@dataclass(frozen=True)
class Kind:
    """What a nest computes. Built in time linear in its size."""

    name: Name
    loops: tuple[tuple[Loop, str], ...]
    """Every loop of the nest with its role, in the order of the text. No role occurs twice."""
    statement: TaskletOp | None
    """The tasklet that does the work, where it is one."""
    operands: tuple[Access, ...]
    """What it reads: first and second operand; image, then weights, for a convolution."""

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Role of each parameter, without those that several loops share."""
        counts = Counter(loop.parameter for loop, _ in self.loops)
        return {loop.parameter: role for loop, role in self.loops if counts[loop.parameter] == 1}

    @cached_property
    def by_role(self) -> Mapping[str, Loop]:
        """The loop that has each role."""
        return {role: loop for loop, role in self.loops}

    @classmethod
    def of(cls, op: MapOp) -> Self:
        """The kind of the nest whose outermost map is `op`, as it is before it is scheduled."""
        loops = loops_within(op)
        tasklets = [t for t in op.walk() if isinstance(t, TaskletOp)]
        if not tasklets or any(not _is_plain(inner) for inner in _nodes(op)):
            return cls._named("other", loops, "l" * len(loops))
        accesses = Accesses.of(op)
        statements = [Statement.of(t, accesses) for t in tasklets]
        reductions = [s for s in statements if s.reduced]
        if not reductions:
            return cls._pointwise(loops, statements)
        others = [s for s in statements if s.tasklet.parent_op() is not op]
        if len(reductions) == 1 and all(s is reductions[0] for s in others):
            return cls._reduction(loops, reductions[0])
        if _passes_over_one_row(op):
            reducing = {loop.op for s in reductions for loop in s.reduced}
            roles = "".join(
                "p" if loop.op is op else "r" if loop.op in reducing else "e" for loop in loops
            )
            return cls._named(_row_name(reductions, tasklets), loops, roles)
        return cls._named("other", loops, "l" * len(loops))

    @classmethod
    def _named(
        cls,
        name: Name,
        loops: tuple[Loop, ...],
        roles: Mapping[Loop, str] | str,
        statement: Statement | None = None,
        operands: tuple[Access, ...] = (),
    ) -> Self:
        known = roles if isinstance(roles, Mapping) else dict(zip(loops, roles, strict=True))
        tasklet = None if statement is None else statement.tasklet
        return cls(name, numbered(loops, known), tasklet, operands)

    @classmethod
    def _pointwise(cls, loops: tuple[Loop, ...], statements: list[Statement]) -> Self:
        if len(statements) == 1:
            (statement,) = statements
            if (pair := _permuted(statement)) is not None:
                read, written = pair
                roles = {x: "m" if x == read else "n" if x == written else "b" for x in loops}
                return cls._named("transpose", loops, roles, statement, statement.moving_reads)
            return cls._named(
                "elementwise", loops, "e" * len(loops), statement, statement.moving_reads
            )
        return cls._named("elementwise", loops, "e" * len(loops))

    @classmethod
    def _reduction(cls, loops: tuple[Loop, ...], statement: Statement) -> Self:
        if len(statement.tasklet.outputs) > 1:
            # It keeps what it reduces: a row of which nothing else is done yet.
            roles = {x: "r" if x in statement.reduced else "p" for x in loops}
            return cls._named("row", loops, roles, statement)
        found = contraction_roles(statement)
        if found is not None:
            name, roles, operands = found
            return cls._named(name, loops, roles, statement, operands)
        roles = {x: "r" if x in statement.reduced else "p" for x in loops}
        return cls._named("reduction", loops, roles, statement, statement.moving_reads)


def numbered(loops: tuple[Loop, ...], roles: Mapping[Loop, str]) -> tuple[tuple[Loop, str], ...]:
    """Roles made different: `e` becomes `e0`, `e1`; one that occurs once and is a name stays."""
    total = Counter(roles[loop] for loop in loops)
    seen = Counter[str]()
    result: list[tuple[Loop, str]] = []
    for loop in loops:
        role = roles[loop]
        if role[-1].isdigit() or (total[role] == 1 and role not in NUMBERED):
            result.append((loop, role))
            continue
        result.append((loop, f"{role}{seen[role]}"))
        seen[role] += 1
    return tuple(result)


def _nodes(op: MapOp) -> list[Operation]:
    """Everything in the nest down to its tasklets."""
    found: list[Operation] = []
    for inner in op.body.block.ops:
        found.append(inner)
        if isinstance(inner, MapOp):
            found += _nodes(inner)
    return found


def _is_plain(op: Operation) -> bool:
    return isinstance(op, MapOp | TaskletOp | AllocOp | ConstantOp | ViewOp)


def _passes_over_one_row(op: MapOp) -> bool:
    """Whether the maps in `op` are not nested further and run over the same sizes."""
    inner = [node for node in op.body.block.ops if isinstance(node, MapOp)]
    if not inner or any(isinstance(n, MapOp) for m in inner for n in m.body.block.ops):
        return False
    first = inner[0].extents
    return all(
        len(m.extents) == len(first) and all(map(symbolic.equal, m.extents, first)) for m in inner
    )


def _row_name(reductions: list[Statement], tasklets: list[TaskletOp]) -> RowName:
    """What is done to a row, by how it is reduced."""
    kinds = {a.wcr for s in reductions for a in s.writes if a.wcr is not None}
    values = [v for s in reductions for v in s.tasklet.yielded]
    if kinds == {"max", "sum"} and any(isinstance(v.owner, math.ExpOp) for v in values):
        return "softmax"
    roots = (op for t in tasklets for op in t.body.block.ops)
    if kinds == {"sum"} and any(isinstance(op, math.SqrtOp | math.RsqrtOp) for op in roots):
        return "layer_norm"
    return "row"


def _permuted(statement: Statement) -> tuple[Loop, Loop] | None:
    """
    The loops along which what is read and what is written are contiguous, if they differ.

    None where some operand moves through memory as the result does.
    """
    loops = [loop for loop in statement.loops if not loop.is_trivial]
    if len(statement.writes) != 1:
        return None
    written = _contiguous(statement.writes[0], loops)
    if written is None:
        return None
    whole = [a for a in statement.moving_reads if all(map(a.moves_with, _names(loops)))]
    read = [_contiguous(a, loops) for a in whole]
    if not read or read[0] is None or any(r != read[0] for r in read) or read[0] == written:
        return None
    return read[0], written


def _names(loops: list[Loop]) -> list[str]:
    return [loop.parameter for loop in loops]


def _contiguous(access: Access, loops: list[Loop]) -> Loop | None:
    """The loop along which neighbours are neighbours in memory."""
    found = (loop for loop in loops if element_stride(access, loop.parameter) == 1)
    return next(found, None)
