"""Weights that are masks: what follows from their numbers is written down."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp, UnitAttr
from xdsl.ir import SSAValue

from sdfg.dialect.analysis.containers import array_type, touching
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.facts import CAUSAL
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.weights import Weights
from sdfg.lowering.schedule.attention.behind import HIDDEN, is_mask


def note_causal_masks(module: ModuleOp, weights: Weights) -> None:
    """
    Mark each constant that is a causal mask as such: it lets `sdfg-online-softmax` leave out tiles.

    Only those are looked at that are added to something, or choose between two values. One that is
    not there yet, because it is computed of weights, is a causal mask where it follows from one.
    """
    computed = {
        name: (program, container)
        for program in module.ops
        if isinstance(program, SdfgOp) and program.is_private
        for role, name, container in program.arguments
        if role == "out"
    }
    for program in [op for op in module.ops if isinstance(op, SdfgOp)]:
        for op in [op for op in program.body.block.ops if isinstance(op, ConstantOp)]:
            if not isinstance(op.value, WeightAttr) or not may_be_mask(op):
                continue
            name = op.value.key.data
            known = name in weights and is_causal(weights[name])
            if known or (name in computed and follows(*computed[name], weights)):
                op.attributes[CAUSAL] = UnitAttr()


def follows(program: SdfgOp, container: SSAValue, weights: Weights) -> bool:
    """Whether `program` computes a causal mask of another one, element by element."""
    users = [(op, k) for op, k in touching(container)]
    tasklets = [op for op, k in users if isinstance(op, TaskletOp) and k >= len(op.inputs)]
    if len(users) != 1 or len(tasklets) != 1:
        return False
    (writer,) = tasklets
    if len(writer.outputs) != 1 or writer.stored_outputs or writer.writes.data[0].wcr is not None:
        return False
    at = point(writer.writes.data[0])
    if len(set(at)) != 2 or not all(e.is_Symbol for e in at):
        return False
    names = {c: name for role, name, c in program.arguments if role == "in" and name in weights}
    arguments = zip(writer.body.block.args, writer.input_accesses, strict=True)
    masks = {
        argument
        for argument, (source, memlet) in arguments
        if source in names and point(memlet) == at and is_causal(weights[names[source]])
    }
    return is_mask(writer.yielded[0], str(at[0]), str(at[1]), masks)


def point(memlet: MemletAttr) -> list[Expr]:
    """The row and the column of an element; fewer where there are none."""
    return [r.start for r in memlet.ranges[-2:]] if memlet.subset.is_point else []


def may_be_mask(op: ConstantOp) -> bool:
    dims = array_type(op.result).dims
    return len(dims) > 1 and 1 not in dims[-2:] and any(uses_as_mask(op))


def uses_as_mask(op: ConstantOp) -> Iterator[bool]:
    """Whether each read of a constant is added to something, or chooses."""
    for node, index in touching(op.result):
        if isinstance(node, TaskletOp) and index < len(node.inputs):
            users = [use.operation for use in node.body.block.args[index].uses]
            yield any(isinstance(user, arith.AddfOp | arith.SelectOp) for user in users)


def is_causal(mask: npt.NDArray[Any]) -> bool:
    """
    Whether each matrix lets the columns up to the row's own be, and hides the others: 0 and a large
    negative number, or true and false. Reads all elements only where the corners agree.
    """
    matrices = mask.reshape(-1, *mask.shape[-2:])
    first = matrices[:1, :1]
    return bool(
        (first[..., :1] == lets(mask)).all()
        and hides(first[..., -1:]).all()
        and all((np.tril(m) == np.tril(np.full_like(m, lets(mask)))).all() for m in matrices)
        and all(hides(m[np.triu_indices(m.shape[0], 1, m.shape[1])]).all() for m in matrices)
    )


def lets(mask: npt.NDArray[Any]) -> float:
    return 1 if mask.dtype == np.bool_ else 0


def hides(elements: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return ~elements if elements.dtype == np.bool_ else elements <= HIDDEN
