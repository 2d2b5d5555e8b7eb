"""The programs of the lit tests, compiled and run beside the interpreter."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.emitted import parsed, run_c, run_sanitized
from unit.strategies import main_program
from xdsl.dialects.builtin import ModuleOp, StringAttr

from sdfg.dialect import symbolic
from sdfg.dialect.interpreter.elements import dtype_of, poison
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.types import ArrayType

FOLDER = Path(__file__).parents[1] / "backends" / "openmp"
PROGRAMS = sorted(p.stem for p in FOLDER.glob("*.mlir") if p.stem != "invalid")
SIZE = 9
"""Value of every symbol: no multiple of anything, and enough for all constant subsets."""


def inputs(module: ModuleOp, random: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Random arrays; integers are small enough to be indices."""
    arrays: dict[str, NDArray[Any]] = {}
    for role, name, container in main_program(module).arguments:
        if role == "out":
            continue
        kind = container.type
        assert isinstance(kind, ArrayType)
        sizes = dict.fromkeys(main_program(module).symbol_names, SIZE)
        shape = tuple(symbolic.evaluate(e, sizes) for e in kind.dims)
        dtype = dtype_of(kind.element_type)
        values = random.normal(0, 2, shape)
        if dtype.kind in "biu":
            values = random.integers(0, 2 if dtype == np.bool_ else 4, shape)
        arrays[name] = np.asarray(values).astype(dtype)
    return arrays


def compare(got: NDArray[Any], expected: NDArray[Any], name: str) -> None:
    """Hold what has been written to what should have been; the rest of an output is open."""
    a, b = (np.asarray(x, np.float64) for x in (got, expected))
    untouched = np.asarray(poison(expected.dtype), np.float64)
    written = ~np.isnan(b) if np.isnan(untouched) else b != untouched
    np.testing.assert_allclose(a[written], b[written], rtol=2e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, rng: np.random.Generator) -> None:
    module = parsed((FOLDER / f"{name}.mlir").read_text())
    main_program(module).attributes["sym_name"] = StringAttr("main")
    main_program(module).attributes.pop("element_types", None)
    weights = {f"fc{k}.weight": rng.standard_normal(4).astype(np.float32) for k in (1, 2)}
    arrays = inputs(module, rng)
    sizes = dict.fromkeys(main_program(module).symbol_names, SIZE)
    expected = interpret(module, "main", arrays, sizes, weights)
    results = [run_c(module, arrays, sizes, weights, runs=1)]
    if name != "constants":
        results.append(run_sanitized(module, arrays, sizes))
    for got in results:
        for output, array in got.items():
            compare(array, expected[output], output)
