"""All points of a map at once, or one by one: random programs give the same results."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.strategies import contents, programs, sizes_of
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.interpreter import maps
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.tolerances import compare


@settings(max_examples=40)
@given(programs(), st.data())
def test_at_once_or_one_by_one(module: ModuleOp, data: Any) -> None:
    sizes = data.draw(sizes_of(module, largest=4))
    arrays = contents(module, sizes, seed=1)
    expected = interpret(module, "main", arrays, sizes, vectorize=False, strict=True)
    found = interpret(module, "main", arrays, sizes, strict=True)
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert compare(found[name], array, reduction_length=64) is None


@pytest.mark.parametrize("seed", range(8))
def test_any_number_of_points_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from unit.strategies import main_program, random_program

    module = random_program(1000 + seed)
    rng = np.random.default_rng(seed)
    sizes = {name: int(rng.integers(1, 8)) for name in main_program(module).symbol_names}
    arrays = contents(module, sizes, seed)
    whole = interpret(module, "main", arrays, sizes)
    monkeypatch.setattr(maps, "LANES", 7)
    parts = interpret(module, "main", arrays, sizes, strict=True)
    for name, array in whole.items():
        assert compare(parts[name], array, reduction_length=64) is None
