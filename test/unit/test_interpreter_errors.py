"""The interpreter stops where a program goes wrong, and says where."""

import numpy as np
import pytest
from unit.interpreting import normal, run
from unit.text import parsed

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.interpreter.interpret import interpret


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("sdfg.copy %x[0:4] -> %q[]", "overflows stream 'q' of depth 3"),
        ("sdfg.copy %q[] -> %x[0]", "stream 'q', which is empty"),
    ],
)
def test_streams_run_over_and_dry(node: str, message: str) -> None:
    text = f"""
    sdfg.sdfg @main (inout "x" %x: !sdfg.array<[4] x f32>) {{
      %q = sdfg.alloc : !sdfg.stream<f32, depth 3>
      sdfg.state @a {{ {node} }}
    }}
    """
    with pytest.raises(SDFGError, match=message):
        interpret(parsed(text), "main", {"x": np.ones(4, np.float32)})


def one_state(nodes: str) -> str:
    return f"""
    sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {{
      sdfg.state @s {{
        {nodes}
      }}
    }}
    """


TASKLET = "sdfg.tasklet (%v = %x[{read}]) -> (%y[{write}]) {{ sdfg.yield %v : f32 }}"


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize(
    ("node", "message"),
    [
        (
            "sdfg.map [i = 0:N] { " + TASKLET.format(read="i + 1", write="i") + " }",
            "touches index 4 in dimension 0 of 'x', which has size 4",
        ),
        (
            "sdfg.map [i = 0:N] { " + TASKLET.format(read="i", write="i - 1") + " }",
            "touches index -1 in dimension 0 of 'y'",
        ),
        (TASKLET.format(read="N", write="0"), "touches index 4 in dimension 0 of 'x'"),
        ("sdfg.copy %x[0:N - 1] -> %y[0:N]", r"copies \[3\] elements to \[4\]"),
        ("sdfg.copy %x[0:N] -> %x[0:N]", "writes 'x', which the program may only read"),
        (
            "sdfg.tasklet (%a: !sdfg.array<[N] x f32> = %x[0:2] volume 1) -> (%y[0]) {\n"
            "%i = sdfg.index N - 1\n"
            "%v = sdfg.load %a[%i] : !sdfg.array<[N] x f32> -> f32\nsdfg.yield %v : f32 }",
            r"touches 'x' at 3 in dimension 0, outside of the tasklet's \[0:2\]",
        ),
    ],
)
def test_accesses_out_of_bounds(node: str, message: str, vectorize: bool) -> None:
    module = parsed(one_state(node))
    with pytest.raises(SDFGError, match=message) as caught:
        interpret(module, "main", {"x": np.ones(4, np.float32)}, vectorize=vectorize)
    assert not getattr(caught.value, "__notes__", [])


@pytest.mark.parametrize("vectorize", [True, False])
@pytest.mark.parametrize(
    ("node", "message"),
    [
        (TASKLET.format(read="i", write="i floordiv 2"), "that another point .* writes too"),
        (TASKLET.format(read="i", write="0"), "that another point .* writes too"),
        (
            "sdfg.map [j = 0:2] { " + TASKLET.format(read="(i + j) mod N", write="i") + " }",
            "that another point .* writes too",
        ),
        (
            TASKLET.format(read="i", write="i")
            + "\nsdfg.tasklet (%v = %y[N - 1 - i]) -> (%y[i] wcr sum) { sdfg.yield %v : f32 }",
            "an element of 'y' that",
        ),
    ],
)
def test_races(node: str, message: str, vectorize: bool) -> None:
    module = parsed(one_state(f"sdfg.map [i = 0:N] {{ {node} }}"))
    x = np.arange(4, dtype=np.float32)
    interpret(module, "main", {"x": x}, vectorize=vectorize)
    with pytest.raises(SDFGError, match=message):
        interpret(module, "main", {"x": x}, vectorize=vectorize, strict=True)


def test_points_that_write_the_same_value(rng: np.random.Generator) -> None:
    """No race, unless they are on threads."""
    x = normal(rng, 5)
    text = one_state("sdfg.map [i = 0:2 * N] SCHEDULE { NODE }").replace(
        "NODE", TASKLET.format(read="i mod N", write="i mod N")
    )
    found = run(text.replace("SCHEDULE", ""), arrays={"x": x}, strict=True)["y"]
    np.testing.assert_array_equal(found, x)
    with pytest.raises(SDFGError, match=r"that another point .* writes too"):
        run(text.replace("SCHEDULE", "schedule(parallel)"), arrays={"x": x}, strict=True)


def test_private_memory_and_loops_are_no_races(rng: np.random.Generator) -> None:
    text = one_state("""
        sdfg.map [i = 0:N] {
          %t = sdfg.alloc : !sdfg.array<[1] x f32>
          sdfg.for [k = 0:3] {
            sdfg.map [j = 0:1] {
              sdfg.tasklet (%v = %x[i]) -> (%t[j]) { sdfg.yield %v : f32 }
            }
            sdfg.tasklet (%v = %t[0]) -> (%y[i]) { sdfg.yield %v : f32 }
          }
        }
    """)
    x = normal(rng, 5)
    np.testing.assert_array_equal(run(text, arrays={"x": x}, strict=True)["y"], x)


def test_reads_of_what_nothing_has_written() -> None:
    text = """
    sdfg.sdfg @main [N] (out "y" %y: !sdfg.array<[N] x f32>, out "k" %k: !sdfg.array<[N] x i32>) {
      %t = sdfg.alloc "hole" : !sdfg.array<[N] x f32>
      sdfg.state @s {
        sdfg.map [i = 1:N] {
          sdfg.tasklet () -> (%t[i]) {
            %0 = arith.constant 1.0 : f32
            sdfg.yield %0 : f32
          }
        }
        sdfg.copy %t[0:N] -> %y[0:N]
        sdfg.map [i = 1:N] {
          sdfg.tasklet (%v = %y[i]) -> (%y[i]) { sdfg.yield %v : f32 }
        }
      }
    }
    """
    results = interpret(parsed(text), "main", {}, {"N": 4}, strict=True)
    assert np.isnan(results["y"][0])
    assert results["y"][1:].tolist() == [1, 1, 1]
    assert results["k"].tolist() == [-0x5A5A5A5B] * 4
    late = text.replace("%v = %y[i]", "%v = %y[i - 1]")
    with pytest.raises(SDFGError, match="reads an element of 'y' that nothing has written"):
        interpret(parsed(late), "main", {}, {"N": 2}, strict=True)


def test_what_is_not_supported_is_named_at_once() -> None:
    text = """
    sdfg.sdfg @main (in "x" %x: !sdfg.array<[1] x complex<f32>>,
                     out "y" %y: !sdfg.array<[1] x f32>) {
      sdfg.state @s {
        sdfg.tasklet (%v = %x[0]) -> (%y[0]) {
          %0 = complex.abs %v : complex<f32>
          sdfg.yield %0 : f32
        }
      }
    }
    """
    with pytest.raises(SDFGError) as caught:
        interpret(parsed(text), "main", {"x": np.ones(1, np.complex64)})
    assert "unsupported op 'complex.abs'" in str(caught.value)
    assert "unsupported type complex<f32>" in str(caught.value)
