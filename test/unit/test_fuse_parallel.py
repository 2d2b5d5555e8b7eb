"""Nests on threads that become one: same results, in whatever order points run, and no races."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emitted import parsed, run_c
from unit.strategies import contents
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.fuse_parallel import FuseParallelPass
from sdfg.lowering.schedule.outline_maps import OutlineMapsPass
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.lowering.schedule.side_by_side import SideBySidePass

ROWS, COLUMNS = 12, 9
ARRAYS = ("p", "q", "r")
KINDS = ("parallel", "parallel", "sequential")
PASSES = (FuseParallelPass(), SideBySidePass(), OutlineMapsPass())


@st.composite
def nests(draw: Any) -> str:
    """A nest that adds to what it reads, at other rows or columns, and writes to another array."""
    target, source = draw(st.permutations(ARRAYS))[:2]
    rows, columns = draw(st.sampled_from([3, 8])), draw(st.sampled_from([2, 7]))
    ours = [draw(st.integers(0, m - n)) for m, n in ((ROWS, rows), (COLUMNS, columns))]
    theirs = [draw(st.integers(0, m - n)) for m, n in ((ROWS, rows), (COLUMNS, columns))]
    first = draw(st.integers(0, 1))
    names = draw(st.permutations(["i", "j"]))
    if draw(st.booleans()):
        theirs = ours
    kind, flat = draw(st.sampled_from(KINDS)), draw(st.booleans())
    index = [f"{names[0]} + {{}}", f"{names[1]} + {{}}"]
    write = ", ".join(t.format(k) for t, k in zip(index, (ours[0] - first, ours[1]), strict=True))
    read = ", ".join(
        t.format(k) for t, k in zip(index, (theirs[0] - first, theirs[1]), strict=True)
    )
    loops = [f"{names[0]} = {first}:{first + rows}", f"{names[1]} = 0:{columns}"]
    tasklet = f"""
      sdfg.tasklet (%a = %{source}[{read}]) -> (%{target}[{write}]) {{
        %c = arith.constant {draw(st.integers(1, 9))}.5 : f32
        %b = arith.addf %a, %c : f32
        sdfg.yield %b : f32
      }}"""
    if flat:
        return f"sdfg.map [{', '.join(loops)}] schedule({kind}) {{{tasklet}}}"
    return f"sdfg.map [{loops[0]}] schedule({kind}) {{ sdfg.map [{loops[1]}] {{{tasklet}}} }}"


@st.composite
def modules(draw: Any) -> ModuleOp:
    arguments = ", ".join(
        f'inout "{a}" %{a}: !sdfg.array<[{ROWS}, {COLUMNS}] x f32>' for a in ARRAYS
    )
    body = "\n".join(draw(st.lists(nests(), min_size=2, max_size=7)))
    return parsed(f"sdfg.sdfg @main ({arguments}) {{ sdfg.state @s {{ {body} }} }}")


def fused(module: ModuleOp) -> int:
    """Run the passes; how many nests are on threads afterwards."""
    for step in (SetMachinePass(cores=2), *PASSES):
        step.apply(Context(), module)
        module.verify()
    return sum(isinstance(o, MapOp) and o.schedule.kind.data == "parallel" for o in module.walk())


@settings(max_examples=120, deadline=None)
@given(module=modules())
def test_results_stay(module: ModuleOp) -> None:
    arrays = contents(module, {})
    wanted = interpret(module, "main", arrays, {}, strict=True)
    fused(module)
    found = interpret(module, "main", arrays, {}, strict=True)
    for name in ARRAYS:
        np.testing.assert_array_equal(found[name], wanted[name])


@settings(max_examples=4, deadline=None)
@given(module=modules())
def test_compiled(module: ModuleOp) -> None:
    arrays = contents(module, {})
    wanted = interpret(module, "main", arrays, {})
    fused(module)
    found = run_c(module, arrays, {}, threads=3)
    for name in ARRAYS:
        np.testing.assert_array_equal(found[name], wanted[name])


def test_something_is_fused() -> None:
    """Rows with a border, four pieces of columns, and a nest of another shape: one loop."""
    pieces = [
        f"""sdfg.map [i = 0:8] schedule(parallel) {{ sdfg.map [j = {first}:{first + 2}] {{
          sdfg.tasklet (%a = %p[i, j]) -> (%q[i + 1, j]) {{ sdfg.yield %a : f32 }} }} }}"""
        for first in (0, 2, 4, 6)
    ]
    border = """sdfg.map [k = 1:9, l = 0:1] {
          sdfg.tasklet () -> (%q[k, l + 8]) { %z = arith.constant 0.0 : f32 sdfg.yield %z : f32 } }
        sdfg.map [j = 0:9] {
          sdfg.tasklet () -> (%q[0, j]) { %z = arith.constant 0.0 : f32 sdfg.yield %z : f32 } }"""
    arguments = ", ".join(
        f'inout "{a}" %{a}: !sdfg.array<[{ROWS}, {COLUMNS}] x f32>' for a in ARRAYS
    )
    body = "\n".join([*pieces, border])
    module = parsed(f"sdfg.sdfg @main ({arguments}) {{ sdfg.state @s {{ {body} }} }}")
    arrays = contents(module, {})
    wanted = interpret(module, "main", arrays, {}, strict=True)
    assert fused(module) == 1
    found = interpret(module, "main", arrays, {}, strict=True)
    np.testing.assert_array_equal(found["q"], wanted["q"])
