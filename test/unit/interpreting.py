"""Run programs on the interpreter, for tests."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from unit.text import parsed

from sdfg.dialect.interpreter.interpret import interpret

Array = NDArray[Any]


def run(text: str, *, name: str = "main", **options: Any) -> dict[str, Array]:
    """Run a program on `arrays=..`, all points at once and one by one, which must agree."""
    module = parsed(text)
    module.verify()
    arrays = options.pop("arrays", {})
    before = {key: array.copy() for key, array in arrays.items()}
    results = interpret(module, name, arrays, **options)
    single = interpret(module, name, arrays, vectorize=False, **options)
    for key, array in results.items():
        np.testing.assert_allclose(single[key], array, rtol=1e-5, atol=1e-5)
    for key, array in before.items():
        np.testing.assert_array_equal(arrays[key], array)
    return results


def normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)
