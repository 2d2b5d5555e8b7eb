"""Schedules change no result: each pass alone and all in order, for machines of every width."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Drawn, Seeded
from unit.emitted import run_c, run_sanitized
from unit.interpreting import Array
from unit.random_nests import SIZES, SYMBOLS, NestBuilder
from unit.strategies import contents, main_program, programs, sizes_of
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.backends.openmp.toolchain import Options
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.pipelines import finish, schedule
from sdfg.lowering.schedule.apply_recipes import ApplyRecipesPass
from sdfg.lowering.schedule.outline_maps import OutlineMapsPass
from sdfg.lowering.schedule.parallelize import ParallelizePass
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.lowering.schedule.vectorize_maps import VectorizeMapsPass

PASSES: dict[str, ModulePass] = {
    step.name: step
    for step in (
        ApplyRecipesPass(),
        VectorizeMapsPass(),
        ParallelizePass(start=0, block=4),
        OutlineMapsPass(),
    )
}
MACHINES = [
    SetMachinePass(cores=1, vector_bytes=16, vector_registers=16),
    SetMachinePass(cores=2, vector_bytes=32, vector_registers=16),
    SetMachinePass(cores=3, vector_bytes=64, vector_registers=32),
    SetMachinePass(cores=2, vector_bytes=4, vector_registers=16),
]
"""SSE, AVX2, AVX-512, and no vectors."""


def whole(machine: SetMachinePass) -> list[ModulePass]:
    """The schedules of the pipeline, with threads even for the little work of these programs."""
    steps = [*schedule(machine), *finish()]
    return [
        ParallelizePass(start=0, block=4) if isinstance(step, ParallelizePass) else step
        for step in steps
        if type(step).__module__.startswith("sdfg.lowering.schedule.")
    ]


@st.composite
def nests(draw: Any) -> tuple[ModuleOp, dict[str, Array], dict[str, int]]:
    """A program of nests, its weights, and a size for each symbol."""
    builder = NestBuilder(Drawn(draw))
    module = builder.build()
    return module, builder.weights, {name: draw(st.sampled_from(SIZES)) for name in SYMBOLS}


def compare(found: dict[str, Array], wanted: dict[str, Array], step: str) -> None:
    """Hold two runs to the same results up to the order of sums, NaN included."""
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        if np.issubdtype(array.dtype, np.floating):
            np.testing.assert_allclose(
                found[name], array, rtol=1e-4, atol=1e-4, err_msg=f"{step}: {name}"
            )
        else:
            np.testing.assert_array_equal(found[name], array, err_msg=f"{step}: {name}")


def detached_users(module: ModuleOp) -> list[str]:
    """Operations outside of the module that still use a value of it."""
    users = [use.operation for op in module.walk() for r in op.results for use in r.uses]
    return [user.name for user in users if not module.is_ancestor(user)]


def check(
    module: ModuleOp,
    passes: list[ModulePass],
    sizes: dict[str, int],
    weights: dict[str, Array] | None = None,
) -> None:
    arrays = contents(module, sizes)
    wanted = interpret(module, "main", arrays, sizes, weights)
    for step in passes:
        step.apply(Context(), module)
        module.verify()
        assert not detached_users(module), step.name
        compare(interpret(module, "main", arrays, sizes, weights), wanted, step.name)


@pytest.mark.parametrize("name", PASSES)
@settings(max_examples=25, deadline=None)
@given(case=nests(), machine=st.sampled_from(MACHINES))
def test_pass_alone_on_nests(name: str, case: Any, machine: SetMachinePass) -> None:
    module, weights, sizes = case
    machine.apply(Context(), module)
    check(module, [PASSES[name]], sizes, weights)


@settings(max_examples=30, deadline=None)
@given(case=nests(), machine=st.sampled_from(MACHINES))
def test_schedule_of_nests(case: Any, machine: SetMachinePass) -> None:
    module, weights, sizes = case
    check(module, whole(machine), sizes, weights)


@settings(max_examples=15, deadline=None)
@given(data=st.data(), machine=st.sampled_from(MACHINES))
def test_schedule_of_programs(data: st.DataObject, machine: SetMachinePass) -> None:
    module = data.draw(programs())
    check(module, whole(machine), data.draw(sizes_of(module)))


@pytest.mark.parametrize("seed", range(6))
def test_compiled(seed: int) -> None:
    """Any x86-64 runs programs for SSE and AVX2, compiled without instructions of this machine."""
    builder = NestBuilder(Seeded(seed))
    module = builder.build(nests=3)
    weights = builder.weights
    random = np.random.default_rng(seed)
    cases = [{name: int(random.choice(SIZES)) for name in SYMBOLS} for _ in range(3)]
    runs = [(sizes, contents(module, sizes, seed)) for sizes in cases]
    wanted = [interpret(module, "main", arrays, sizes, weights) for sizes, arrays in runs]
    for step in whole(MACHINES[seed % 3]):
        step.apply(Context(), module)
    module.verify()
    options = Options(optimize=2, native=seed % 2 == 0)
    for (sizes, arrays), expected in zip(runs, wanted, strict=True):
        got = run_c(module, arrays, sizes, weights, options=options, threads=3)
        compare(got, expected, f"compiled with {sizes}")


@pytest.mark.parametrize("seed", [1, 4])
def test_compiled_under_sanitizers(seed: int) -> None:
    """No access out of bounds, where the rest of a range fills no tile."""
    module = NestBuilder(Seeded(seed), constants=False).build(nests=3)
    sizes = {"N": 13, "M": 5, "K": 9}
    arrays = contents(module, sizes, seed)
    outputs = {name for role, name, _ in main_program(module).arguments if role == "out"}
    expected = interpret(module, "main", arrays, sizes)
    for step in whole(MACHINES[seed % 3]):
        step.apply(Context(), module)
    got = run_sanitized(module, arrays, sizes)
    compare(got, {name: expected[name] for name in outputs}, "sanitized")


def test_programs_have_what_schedules_look_for() -> None:
    """Random nests are of the kind that is tiled, in lanes, parallel and shared."""
    found: set[str] = set()
    for seed in range(20):
        module = NestBuilder(Seeded(seed)).build()
        assert main_program(module).symbol_names == SYMBOLS
        for step in whole(MACHINES[seed % 3]):
            before = str(module)
            step.apply(Context(), module)
            if str(module) != before:
                found.add(step.name)
    assert found >= {*PASSES, "sdfg-set-machine"}
