"""Where writes meet, the interpreter combines them as the memlet says."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
from unit.interpreting import run
from unit.text import parsed

from sdfg.dialect.interpreter.interpret import interpret


@pytest.mark.parametrize("kind", ["sum", "product", "min", "max", "minnum", "maxnum", "larger"])
def test_conflict_resolutions_of_floats(kind: str, rng: np.random.Generator) -> None:
    text = f"""
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M] x f64>,
                            in "at" %at: !sdfg.array<[N] x i64>,
                            inout "y" %y: !sdfg.array<[M] x f64>,
                            inout "z" %z: !sdfg.array<[4] x f64>) {{
      sdfg.state @all {{
        sdfg.map [i = 0:N, j = 0:M] {{
          sdfg.tasklet (%v = %x[i, j]) -> (%y[j] wcr {kind}) {{ sdfg.yield %v : f64 }}
        }}
        sdfg.map [i = 0:N] {{
          sdfg.tasklet (%v = %x[i, 0], %k = %at[i])
              -> (store %o: !sdfg.array<[4] x f64> = %z[0:4] volume 1 wcr {kind}) {{
            %n = arith.index_cast %k : i64 to index
            sdfg.store %v, %o[%n] : f64, !sdfg.array<[4] x f64>
            sdfg.yield
          }}
        }}
      }}
    }}
    """
    x, y, z = rng.standard_normal((6, 5)), rng.standard_normal(5), rng.standard_normal(4)
    x[2, 3] = np.nan
    x[4, 0] = np.nan
    at = rng.integers(0, 4, 6)
    results = run(text, arrays={"x": x, "y": y, "z": z, "at": at}, strict=True)
    functions: dict[str, np.ufunc] = {
        "sum": np.add,
        "product": np.multiply,
        "min": np.minimum,
        "max": np.maximum,
        "minnum": np.fmin,
        "maxnum": np.fmax,
        "larger": np.maximum,
    }
    function = functions[kind]
    np.testing.assert_allclose(results["y"], function(function.reduce(x), y), rtol=1e-12)
    for k in range(4):
        wanted = function.reduce(np.array([z[k], *x[at == k, 0]]))
        np.testing.assert_allclose(results["z"][k], wanted, rtol=1e-12)


@pytest.mark.parametrize("kind", ["sum", "min", "max", "minui", "maxui", "and", "or", "xor"])
@pytest.mark.parametrize("element", ["i1", "i8", "i64"])
def test_conflict_resolutions_of_integers(
    kind: str, element: str, rng: np.random.Generator
) -> None:
    text = f"""
    sdfg.sdfg @main [N, M] (in "x" %x: !sdfg.array<[N, M] x {element}>,
                            inout "y" %y: !sdfg.array<[N] x {element}>) {{
      sdfg.state @all {{
        sdfg.map [i = 0:N, j = 0:M] {{
          sdfg.tasklet (%v = %x[i, j]) -> (%y[i] wcr {kind}) {{ sdfg.yield %v : {element} }}
        }}
      }}
    }}
    """
    dtypes: dict[str, Any] = {"i1": np.bool_, "i8": np.int8, "i64": np.int64}
    x = rng.integers(-128, 128, (5, 7)).astype(dtypes[element])
    y = rng.integers(-128, 128, 5).astype(dtypes[element])
    if element == "i1":
        x, y = rng.integers(0, 2, (5, 2)).astype(np.bool_), y & False
    results = run(text, arrays={"x": x, "y": y}, strict=True)
    width = {"i1": 1, "i8": 8, "i64": 64}[element]

    def number(value: Any) -> int:
        return -int(value) if element == "i1" else int(value)

    mask = (1 << width) - 1
    for i in range(5):
        total = number(y[i])
        for v in map(number, x[i]):
            match kind:
                case "sum":
                    total += v
                case "min" | "max":
                    total = (min if kind == "min" else max)(total, v)
                case "minui" | "maxui":
                    total = (min if kind == "minui" else max)(total & mask, v & mask)
                case "and":
                    total &= v
                case "or":
                    total |= v
                case _:
                    total ^= v
        assert (number(results["y"][i]) - total) & mask == 0


def test_sums_of_narrow_floats_are_as_good_as_their_result(rng: np.random.Generator) -> None:
    text = """
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x bf16>, inout "y" %y: !sdfg.array<[] x bf16>) {
      sdfg.state @sum {
        sdfg.map [i = 0:N] {
          sdfg.tasklet (%v = %x[i]) -> (%y[] wcr sum) { sdfg.yield %v : bf16 }
        }
      }
    }
    """
    x = rng.uniform(0, 1, 4096).astype(ml_dtypes.bfloat16)
    zero = np.zeros((), ml_dtypes.bfloat16)
    result = interpret(parsed(text), "main", {"x": x, "y": zero})["y"]
    assert float(result) == pytest.approx(float(x.astype(np.float64).sum()), rel=2**-8)
