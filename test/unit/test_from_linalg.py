"""
Programs made from linalg compute what MLIR's own lowering computes, on random data.

Each case is a function as text; the reference is upstream's pipeline to machine code.
"""

from typing import Any

import numpy as np
import pytest
from models.linalg_cases import CASES
from models.linalg_functions import Case
from models.linalg_jit import main_of, run_module
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.interpreter.interpret import interpret
from sdfg.lowering.frontend.parse import parse_linalg
from sdfg.lowering.to_sdfg.attributes import entries, text
from sdfg.lowering.to_sdfg.expand_library import ExpandLibraryPass
from sdfg.lowering.to_sdfg.from_linalg import FromLinalgPass

torch_mlir = pytest.importorskip("torch_mlir")


def named_inputs(
    module: ModuleOp, inputs: tuple[Any, ...]
) -> tuple[dict[str, Any], dict[str, int]]:
    """Inputs by the names of the interface: arrays, and values of symbols."""
    arrays: dict[str, Any] = {}
    symbols: dict[str, int] = {}
    attributes = main_of(module).arg_attrs
    for k, value in enumerate(inputs):
        entry = entries(attributes, k)
        if (symbol := text(entry.get("sdfg.symbol"))) is not None:
            symbols[symbol] = value
        else:
            arrays[text(entry.get("sdfg.name")) or f"arg{k}"] = np.asarray(value)
    return arrays, symbols


def check(case: Case, inputs: tuple[Any, ...]) -> None:
    module = parse_linalg(case.text)
    wanted = run_module(parse_linalg(case.text), list(inputs))
    arrays, symbols = named_inputs(module, inputs)
    FromLinalgPass().apply(Context(), module)
    module.verify()
    found = list(interpret(module, "main", arrays, symbols).values())
    ExpandLibraryPass().apply(Context(), module)
    module.verify()
    expanded = list(interpret(module, "main", arrays, symbols, strict=case.strict).values())
    assert len(found) == len(wanted) == len(expanded)
    for w, *both in zip(wanted, found, expanded, strict=True):
        for f in both:
            assert f.shape == w.shape
            if w.dtype.kind in "biu":
                np.testing.assert_array_equal(f, w)
            else:
                np.testing.assert_allclose(f, w, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", CASES)
def test_same_as_upstream(name: str):
    case = CASES[name]
    for inputs in case.inputs:
        check(case, inputs)
