"""Programs that apply one computation to each element, for tests of what the computation means."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from unit.text import parsed

from sdfg.dialect.interpreter.interpret import interpret

Array = NDArray[Any]


def program(body: str, inputs: Sequence[str], outputs: Sequence[str]) -> str:
    """
    A program that computes `body` for each element of arrays `in0, in1, ...` of size N.

    `body` reads `%a0, %a1, ...` of the types `inputs` and defines `%r0, ...` of the types
    `outputs`, which go to arrays `out0, ...`.
    """
    arguments = [
        f'{role} "{role}{k}" %{role}{k}: !sdfg.array<[N] x {kind}>'
        for role, kinds in (("in", inputs), ("out", outputs))
        for k, kind in enumerate(kinds)
    ]
    reads = ", ".join(f"%a{k} = %in{k}[i]" for k in range(len(inputs)))
    writes = ", ".join(f"%out{k}[i]" for k in range(len(outputs)))
    values = ", ".join(f"%r{k}" for k in range(len(outputs)))
    return f"""
sdfg.sdfg @main [N] ({", ".join(arguments)}) {{
  sdfg.state @all {{
    sdfg.map [i = 0:N] {{
      sdfg.tasklet ({reads}) -> ({writes}) {{
        {body}
        sdfg.yield {values} : {", ".join(outputs)}
      }}
    }}
  }}
}}
"""


def computed(
    body: str, inputs: Sequence[str], outputs: Sequence[str], *arrays: Array
) -> tuple[Array, ...]:
    """The arrays that `program` gives, both at once and element by element."""
    module = parsed(program(body, inputs, outputs))
    module.verify()
    given = {f"in{k}": a for k, a in enumerate(arrays)}
    sizes = {"N": len(arrays[0])}
    results = interpret(module, "main", given, sizes, strict=True)
    # One by one takes long: a sample will do.
    few = {name: a[:16] for name, a in given.items()}
    single = interpret(module, "main", few, {"N": len(few["in0"])}, vectorize=False)
    for name, array in results.items():
        found, wanted = (
            a if a.dtype.kind in "biu" else a.astype(np.float64) for a in (single[name], array[:16])
        )
        np.testing.assert_array_equal(found, wanted)
    return tuple(results[f"out{k}"] for k in range(len(outputs)))
