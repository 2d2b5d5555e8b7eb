"""Where operations may stand: what programs, dataflow scopes and tasklets hold."""

from xdsl.ir import Operation, Region
from xdsl.irdl import AnyAttr, EqIntConstraint, RangeOf
from xdsl.utils.exceptions import VerifyException

NO_ARGUMENTS = RangeOf(AnyAttr()).of_length(EqIntConstraint(0))
"""Constraint of a region whose block takes no arguments."""

CONTAINERS = frozenset({"sdfg.alloc", "sdfg.constant", "sdfg.view"})
CONTROL = frozenset(
    {"sdfg.for", "sdfg.while", "sdfg.if", "sdfg.assign", "sdfg.read_symbol", "sdfg.call"}
)
SCOPES = ("sdfg.state", "sdfg.map", "sdfg.consume")
LIBRARY = frozenset(
    f"sdfg.{name}" for name in "matmul conv pool reduce softmax scan sort gather scatter".split()
)

PROGRAM_BODY = {*CONTAINERS, *CONTROL, "sdfg.state"}
"""What stands in a program, outside of its states."""

DATAFLOW_BODY = {
    *CONTAINERS,
    *CONTROL,
    *LIBRARY,
    "sdfg.map",
    "sdfg.consume",
    "sdfg.tasklet",
    "sdfg.copy",
    "sdfg.prefetch",
}
"""What stands in a state, in a map, or deeper. Targets add the nodes that they define."""

TASKLET_BODY = {"sdfg.index", "sdfg.load", "sdfg.store", "sdfg.assert", "sdfg.yield"}
"""Ops of the dialect that stand in a tasklet."""

TASKLET_DIALECTS = {"arith", "math", "vector", "complex", "scf", "index"}
"""Upstream dialects that tasklets compute with."""


def verify_body(op: Operation, region: Region) -> None:
    """
    Hold what stands in a region of `op` to what may stand there.

    Control flow holds states at the level of the program, and nodes within a state. Raises
    `VerifyException` naming the first op out of place.
    """
    scope = _scope_of(op)
    if scope is None:
        return
    allowed = PROGRAM_BODY if scope == "sdfg.sdfg" else DATAFLOW_BODY
    for block in region.blocks:
        for inner in block.ops:
            if inner.name not in allowed:
                where = "directly in a program" if allowed is PROGRAM_BODY else "in a state"
                raise VerifyException(f"'{inner.name}' may not stand {where}")


def verify_tasklet_body(body: Region) -> None:
    """Hold a tasklet to computation. Raises `VerifyException` naming the first op that is none."""
    for op in body.walk():
        if op.name not in TASKLET_BODY and op.dialect_name() not in TASKLET_DIALECTS:
            raise VerifyException(
                f"a tasklet computes with {', '.join(sorted(TASKLET_DIALECTS))} and "
                f"{', '.join(sorted(TASKLET_BODY))}, got '{op.name}'"
            )


def tasklet_around(op: Operation) -> Operation | None:
    """The tasklet that `op` stands in, or None while `op` stands nowhere yet."""
    parent = op.parent_op()
    while parent is not None and parent.name != "sdfg.tasklet":
        if parent.name.startswith("sdfg.") or parent.parent_op() is None:
            raise VerifyException("stands in a tasklet and nowhere else")
        parent = parent.parent_op()
    return parent


def _scope_of(op: Operation) -> str | None:
    """The name of the nearest op around, or `op` itself, that decides what may stand inside."""
    scope: Operation | None = op
    while scope is not None:
        if scope.name == "sdfg.sdfg" or scope.name in SCOPES:
            return scope.name
        scope = scope.parent_op()
    return None
