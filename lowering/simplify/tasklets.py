"""Tasklets taken apart and put together again: their memlets beside the values of their bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from xdsl.ir import Attribute, Block, BlockArgument, Operation, Region, SSAValue
from xdsl.rewriter import InsertPoint, Rewriter

from sdfg.dialect.analysis.accesses import Accesses
from sdfg.dialect.analysis.containers import root
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, StoreOp


@dataclass(frozen=True, eq=False)
class Connector:
    """A memlet of a tasklet with the value in the body that it brings or takes."""

    container: SSAValue
    memlet: MemletAttr
    value: SSAValue
    """The block argument of an input or a stored output; the yielded value of any other output."""
    stored: bool = False
    """Whether the body writes the output with `sdfg.store`."""


@dataclass(frozen=True)
class Parts:
    """What a tasklet consists of."""

    inputs: tuple[Connector, ...]
    outputs: tuple[Connector, ...]

    @classmethod
    def of(cls, op: TaskletOp) -> Self:
        """Read `op`; the values stay those of its body."""
        args = op.body.block.args
        stored = dict(zip(op.stored_outputs, args[len(op.inputs) :], strict=True))
        yielded = dict(zip(op.yielded_outputs, op.yielded, strict=True))
        inputs = (
            Connector(c, m, arg) for (c, m), arg in zip(op.input_accesses, args, strict=False)
        )
        outputs = (
            Connector(c, m, stored.get(k, yielded.get(k)), k in stored)  # pyright: ignore
            for k, (c, m) in enumerate(op.output_accesses)
        )
        return cls(tuple(inputs), tuple(outputs))


def rebuild(op: TaskletOp, inputs: Sequence[Connector], outputs: Sequence[Connector]) -> TaskletOp:
    """
    Replace `op` by a tasklet with these memlets and the same body.

    A block argument that none of the connectors brings must be unused. Operations that no output
    needs any more go, and then inputs that no operation needs.
    """
    outputs = sorted(outputs, key=lambda c: c.stored)  # a tasklet's stored outputs come last
    block = op.body.block
    last = block.last_op
    assert isinstance(last, YieldOp)
    new_yield = YieldOp(*(c.value for c in outputs if not c.stored))
    new_yield.location = last.location
    Rewriter.replace_op(last, new_yield)
    erase_unused(block)
    inputs = [c for c in inputs if c.value.first_use is not None]
    outputs = sorted(outputs, key=lambda c: c.stored)  # stored outputs come last
    given = [c.value for c in (*inputs, *(c for c in outputs if c.stored))]
    body = Block(arg_types=[v.type for v in given])
    for arg, old in zip(body.args, given, strict=True):
        arg.name_hint = old.name_hint
        if isinstance(old, BlockArgument):
            arg.location = old.location
        old.replace_all_uses_with(arg)
    for inner in list(block.ops):
        inner.detach()
        body.add_op(inner)
    new = TaskletOp(
        [(c.container, c.memlet) for c in inputs],
        [(c.container, c.memlet) for c in outputs],
        Region(body),
    )
    new.attributes |= extra_attributes(op)
    new.location = op.location
    assert op.parent is not None
    Rewriter.insert_op(new, InsertPoint.before(op))
    Rewriter.erase_op(op)
    return new


def extra_attributes(op: TaskletOp) -> dict[str, Attribute]:
    """The attributes that are no part of what a tasklet says."""
    known = {"reads", "writes", "operandSegmentSizes"}
    return {k: v for k, v in op.attributes.items() if k not in known}


def erase_unused(body: Block) -> bool:
    """Erase the operations of a tasklet's body that have no effect. Linear."""
    erased = False
    for op in list(body.ops)[::-1]:
        if not has_effect(op) and all(r.first_use is None for r in op.results):
            Rewriter.erase_op(op)
            erased = True
    return erased


def has_effect(op: Operation) -> bool:
    """Whether an operation in a tasklet does more than compute its results."""
    return isinstance(op, YieldOp | StoreOp | AssertOp) or any(
        isinstance(inner, StoreOp | AssertOp) for inner in op.walk()
    )


def dependences(node: Operation) -> list[tuple[frozenset[SSAValue], frozenset[SSAValue]]]:
    """
    Pairs of memory that `node` writes and the memory that this takes, one per output of a tasklet.
    """
    accesses = Accesses.of(node)
    if not isinstance(node, TaskletOp) or len(node.outputs) == 1 or not all_arrays(accesses):
        return [(accesses.writes, accesses.reads)]
    takes = input_dependences(node)
    result: list[tuple[frozenset[SSAValue], frozenset[SSAValue]]] = []
    for output in Parts.of(node).outputs:
        values = [output.value]
        if output.stored:
            stores = [o for o in node.body.walk() if isinstance(o, StoreOp)]
            values = [v for o in stores if o.target is output.value for v in o.operands]
        read = frozenset[SSAValue]().union(*(takes.get(v, frozenset()) for v in values))
        result.append((frozenset({root(output.container)}), read))
    return result


def all_arrays(accesses: Accesses) -> bool:
    return all(a.is_array for a in accesses.all)


def stopping_reads(node: Operation) -> frozenset[SSAValue]:
    """The memory that decides whether `node` stops the program."""
    accesses = Accesses.of(node)
    if not isinstance(node, TaskletOp) or not all_arrays(accesses):
        return accesses.reads
    takes = input_dependences(node)
    conditions = [o.condition for o in node.body.walk() if isinstance(o, AssertOp)]
    return frozenset[SSAValue]().union(*(takes.get(v, frozenset()) for v in conditions))


def input_dependences(op: TaskletOp) -> dict[SSAValue, frozenset[SSAValue]]:
    """The memory read that each value in the body of a tasklet depends on. Linear."""
    takes: dict[SSAValue, frozenset[SSAValue]] = {
        c.value: frozenset({root(c.container)}) for c in Parts.of(op).inputs
    }
    for inner in op.body.block.ops:
        used = {v for o in inner.walk() for v in o.operands}
        found = frozenset[SSAValue]().union(*(takes.get(v, frozenset()) for v in used))
        for nested in inner.walk():
            for result in nested.results:
                takes[result] = found
            for region in nested.regions:
                takes.update((arg, found) for block in region.blocks for arg in block.args)
    return takes


def prune_tasklet(op: TaskletOp, needed: set[SSAValue]) -> bool:
    """
    Drop outputs to memory outside `needed`, and inputs that nothing in the body uses.

    A tasklet that is kept for an assertion alone keeps one output. Returns whether `op` changed.
    """
    parts = Parts.of(op)
    kept = [c for c in parts.outputs if root(c.container) in needed] or [parts.outputs[0]]
    unused = any(c.value.first_use is None for c in parts.inputs)
    if len(kept) == len(parts.outputs) and not unused:
        return erase_unused(op.body.block)
    dropped = {id(c.value) for c in parts.outputs if c.stored and c not in kept}
    for inner in list(op.body.block.ops):
        if isinstance(inner, StoreOp) and id(inner.target) in dropped:
            Rewriter.erase_op(inner)
    rebuild(op, parts.inputs, kept)
    return True
