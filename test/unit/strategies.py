"""
Random programs for property tests, with sizes and contents to run them on.

    @given(programs(), st.data())
    def test_a_pass(module, data):
        sizes = data.draw(sizes_of(module))
        arrays = contents(module, sizes, seed=0)
        expected = interpret(module, "main", arrays, sizes)
"""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.choices import Drawn, Seeded
from unit.random_parts import Features
from unit.random_programs import ProgramBuilder
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect import symbolic
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType

DTYPES = {"f32": np.float32, "f64": np.float64, "i32": np.int32, "i64": np.int64}


@st.composite
def programs(draw: Any, features: Features = Features()) -> ModuleOp:
    """
    Modules with one program `main` that has a result for all sizes of at least 1: accesses lie in
    bounds, maps have no races, nothing is read before it is written.
    """
    return ProgramBuilder(Drawn(draw), features).build()


def random_program(seed: int, features: Features = Features()) -> ModuleOp:
    """The program of that seed: the same in every run."""
    return ProgramBuilder(Seeded(seed), features).build()


def main_program(module: ModuleOp) -> SdfgOp:
    return next(op for op in module.ops if isinstance(op, SdfgOp) and not op.is_private)


def sizes_of(module: ModuleOp, largest: int = 7) -> st.SearchStrategy[dict[str, int]]:
    """A value of at least 1 for each symbol of the program."""
    names = main_program(module).symbol_names
    return st.fixed_dictionaries({name: st.integers(1, largest) for name in names})


def contents(module: ModuleOp, sizes: dict[str, int], seed: int = 0) -> dict[str, NDArray[Any]]:
    """Random arrays for each container that the program reads, by the name of its argument."""
    random = np.random.default_rng(seed)
    arrays: dict[str, NDArray[Any]] = {}
    for role, name, container in main_program(module).arguments:
        if role == "out":
            continue
        assert isinstance(container.type, ArrayType)
        shape = tuple(symbolic.evaluate(e, sizes) for e in container.type.dims)
        dtype = DTYPES[str(container.type.element_type)]
        values = random.normal(0, 2, shape)
        if np.issubdtype(dtype, np.integer):
            values = random.integers(-100, 100, shape)
        arrays[name] = np.asarray(values, dtype)
    return arrays
