"""Weights that are computed from weights: done once, when a model is compiled."""

from typing import Any

from numpy.typing import NDArray
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.weights import Weight, Weights

SUFFIX = "_constants"
"""End of the name of a program that `sdfg-hoist-constants` makes."""


def evaluate_constants(module: ModuleOp, weights: Weights) -> Weights:
    """
    Run each program that computes constants, and drop it.

    Returns `weights` with the results beside them. The results are held in memory.
    """
    entries = dict(weights.entries)
    private = [op for op in module.ops if isinstance(op, SdfgOp) and op.is_private]
    programs = [p for p in private if p.sym_name.data.endswith(SUFFIX)]
    if not programs:
        return weights
    # Loaded on demand: models without such programs are small, and compiled in little time.
    from sdfg.dialect.interpreter.interpret import interpret

    for program in programs:
        name = program.sym_name.data
        needed = {label for role, label, _ in program.arguments if role != "out"}
        arrays = {label: _signless(weights[label]) for label in needed}
        for label, array in interpret(module, name, arrays).items():
            entries[label] = Weight.of(array)
        program.detach()
        program.erase()
    return Weights(entries)


def _signless(array: NDArray[Any]) -> NDArray[Any]:
    """Integers as programs have them: NumPy's type for those is the signed one."""
    return array.view(f"i{array.itemsize}") if array.dtype.kind == "u" else array
