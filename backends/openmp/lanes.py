"""Loops in vector lanes: what all lanes write, each lane combines by itself first."""

from dataclasses import dataclass, field

from xdsl.ir import SSAValue

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.openmp.resolutions import reduction
from sdfg.backends.openmp.scope import Block, Scope
from sdfg.dialect.analysis.conflicts import Conflict, conflicts
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.ops.containers import ViewOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.types import ArrayType

Statements = list[s.Statement]


@dataclass
class Lanes:
    """How a loop in vector lanes begins and ends."""

    before: Statements = field(default_factory=list[s.Statement])
    pragma: s.Statement = field(default_factory=lambda: s.Pragma("omp simd"))
    """Or a comment that says why there is none."""
    after: Statements = field(default_factory=list[s.Statement])


def plan(op: MapOp, parameter: str, scope: Scope) -> Lanes:
    """
    Prepare the loop over `parameter`, the innermost of `op`; `scope` is that of the body.

    Each element that all lanes write becomes a variable with a reduction: one in registers is one
    already, one in memory gets one for the time of the loop. Where OpenMP has no such reduction,
    the loop runs one point after the other.
    """
    lanes = Lanes()
    clauses: dict[str, dict[c.Name, None]] = {}
    found: dict[SSAValue, tuple[str | None, c.Expression]] = {}
    for conflict in conflicts(op, (parameter,)):
        reduced = _reduced(conflict, op, scope)
        if reduced is None or found.setdefault(conflict.container, reduced) != reduced:
            where = conflict.container.name_hint or "?"
            return Lanes(pragma=s.Comment(f"one after the other: all points combine '{where}'"))
    for container, (operator, target) in found.items():
        assert operator is not None
        variable = _variable(container, target, lanes, scope)
        clauses.setdefault(operator, {})[variable] = None
    reductions = [
        s.Clause("reduction", tuple(names), operator) for operator, names in clauses.items()
    ]
    lanes.pragma = s.Pragma("omp simd", tuple(reductions))
    return lanes


def _variable(container: SSAValue, target: c.Expression, lanes: Lanes, scope: Scope) -> c.Name:
    """The variable that stands for an element during the loop."""
    if isinstance(target, c.Name):
        return target
    block = scope.blocks[container]
    assert isinstance(block, Block)
    variable = c.Name(scope.names.unique(f"{block.name}_all"))
    scope.blocks[container] = Block(variable.name, block.element, in_registers=True)
    lanes.before.append(s.Declare(block.element, variable.name, target))
    lanes.after.append(s.Assign(target, variable))
    return variable


def _reduced(conflict: Conflict, op: MapOp, scope: Scope) -> tuple[str | None, c.Expression] | None:
    """OpenMP's operator and the element that all lanes combine; None if it has none."""
    kind, memlet = conflict.container.type, conflict.memlet
    if memlet is None or memlet.wcr is None or not isinstance(kind, ArrayType):
        return None
    block = scope.blocks.get(conflict.container)
    known = memlet.subset.symbols | kind.symbols <= scope.symbols.keys()
    if not isinstance(block, Block) or not memlet.subset.is_point or not known:
        return None
    operator = reduction(block.element, memlet.wcr)
    if operator is None or not _is_only_access(conflict, op):
        return None
    return operator, scope.start(conflict.container, memlet, conflict.op)


def _is_only_access(conflict: Conflict, op: MapOp) -> bool:
    """Whether nothing in the loop touches the memory of the container but writes like this one."""
    base = root(conflict.container)
    for node in op.walk():
        touched = [o for o in node.operands if root(o) is base]
        if not touched or isinstance(node, ViewOp):
            continue
        if not isinstance(node, TaskletOp) or any(o in node.inputs for o in touched):
            return False
        if any(m.wcr is None for o, m in node.output_accesses if root(o) is base):
            return False
        if any(o is not conflict.container for o in touched):
            return False
    return True
