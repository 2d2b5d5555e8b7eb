"""Weights that are masks: what follows from their numbers is written down."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects import arith
from xdsl.dialects.builtin import ModuleOp, UnitAttr

from sdfg.dialect.analysis.containers import array_type, touching
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.facts import CAUSAL
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.weights import Weights

HIDDEN = -1e37
"""What is added to a score that shall not count: its exponential is then 0 beside any other."""


def note_causal_masks(module: ModuleOp, weights: Weights) -> None:
    """
    Mark each constant that is a causal mask as such: it lets `sdfg-online-softmax` leave out tiles.

    Only those are looked at that are added to something, or choose between two values.
    """
    for program in [op for op in module.ops if isinstance(op, SdfgOp)]:
        for op in [op for op in program.body.block.ops if isinstance(op, ConstantOp)]:
            if not isinstance(op.value, WeightAttr) or not may_be_mask(op):
                continue
            if op.value.key.data in weights and is_causal(weights[op.value.key.data]):
                op.attributes[CAUSAL] = UnitAttr()


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
