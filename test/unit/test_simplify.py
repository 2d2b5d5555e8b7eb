"""Every simplification, alone and all in order, changes no result of random programs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.choices import Seeded, shuffled
from unit.random_rows import RowProgram
from unit.strategies import contents, main_program, programs, random_program, sizes_of
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.symbolic import evaluate
from sdfg.dialect.types import ArrayType
from sdfg.lowering.pipelines import SIMPLIFY
from sdfg.lowering.schedule.overwrite_operands import OverwriteOperandsPass
from sdfg.lowering.simplify.reuse_containers import ReuseContainersPass

PASSES = {step.name: step for step in (*SIMPLIFY, OverwriteOperandsPass(), ReuseContainersPass())}


def agree(wanted: NDArray[Any], found: NDArray[Any]) -> bool:
    """Whether two results are equal up to the order of sums, NaN included."""
    if not np.issubdtype(wanted.dtype, np.floating):
        return np.array_equal(wanted, found)
    return np.allclose(wanted, found, rtol=1e-4, atol=1e-4, equal_nan=True)


def check(module: ModuleOp, passes: list[ModulePass], sizes: dict[str, int], seed: int) -> None:
    arrays = contents(module, sizes, seed)
    wanted = interpret(module, "main", arrays, sizes)
    for step in passes:
        step.apply(Context(), module)
        module.verify()
        found = interpret(module, "main", arrays, sizes)
        for name, array in wanted.items():
            assert agree(array, found[name]), f"{step.name} changed {name}"


@pytest.mark.parametrize("name", PASSES)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_pass_alone(name: str, data: st.DataObject) -> None:
    module = data.draw(programs())
    check(module, [PASSES[name]], data.draw(sizes_of(module)), seed=0)


@pytest.mark.parametrize("seed", range(12))
def test_all_in_order(seed: int) -> None:
    module = random_program(seed)
    random = np.random.default_rng(seed)
    sizes = {n: int(random.integers(1, 6)) for n in main_program(module).symbol_names}
    check(module, list(SIMPLIFY), sizes, seed)


@pytest.mark.parametrize("seed", range(60))
def test_rows_and_memory_shared(seed: int) -> None:
    module = RowProgram(Seeded(seed)).build()
    random = np.random.default_rng(seed)
    sizes = {n: int(random.integers(1, 6)) for n in main_program(module).symbol_names}
    passes = ("sdfg-fuse-maps", "sdfg-overwrite-operands", "sdfg-reuse-containers")
    check(module, [PASSES[name] for name in shuffled(Seeded(seed), passes)], sizes, seed)


@pytest.mark.parametrize("seed", range(30))
def test_memory_never_grows(seed: int) -> None:
    module = RowProgram(Seeded(seed)).build()
    sizes = dict.fromkeys(main_program(module).symbol_names, 5)
    before = transient_elements(module, sizes)
    ReuseContainersPass().apply(Context(), module)
    assert transient_elements(module, sizes) <= before


def transient_elements(module: ModuleOp, sizes: dict[str, int]) -> int:
    """Number of elements in all transient containers."""
    kinds = [op.result.type for op in module.walk() if isinstance(op, AllocOp)]
    return sum(evaluate(kind.size, sizes) for kind in kinds if isinstance(kind, ArrayType))
