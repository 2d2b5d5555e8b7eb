"""Layouts of containers change no result."""

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.choices import Drawn, Seeded
from unit.random_convolutions import LayersProgram
from unit.strategies import contents
from unit.test_schedule import MACHINES, compare, detached_users, whole
from unit.text import parsed, printed
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.interpreter.interpret import interpret
from sdfg.dialect.ops.containers import AllocOp
from sdfg.lowering.schedule.permute_layouts import PermuteLayoutsPass
from sdfg.lowering.schedule.set_machine import SetMachinePass


def changed(module: ModuleOp) -> int:
    """Apply the pass to a copy, hold both to the same results; how many containers changed."""
    arrays = contents(module, {})
    wanted = interpret(module, "main", arrays, {}, strict=True)
    copy = module.clone()
    PermuteLayoutsPass().apply(Context(), copy)
    copy.verify()
    assert not detached_users(copy)
    text = printed(copy)
    assert printed(parsed(text)) == text
    compare(interpret(copy, "main", arrays, {}, strict=True), wanted, text)
    return len(shapes(module) - shapes(copy))


def shapes(module: ModuleOp) -> set[str]:
    allocations = [op for op in module.walk() if isinstance(op, AllocOp)]
    return {f"{op.label}: {array_type(op.result)}" for op in allocations}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_random_layers(data: st.DataObject) -> None:
    changed(LayersProgram(Drawn(data.draw)).build())


def test_layouts_are_changed() -> None:
    """Most of the random programs have containers that change."""
    assert sum(changed(LayersProgram(Seeded(seed)).build()) > 0 for seed in range(12)) >= 6


@settings(max_examples=5, deadline=None)
@given(data=st.data(), machine=st.sampled_from(MACHINES))
def test_schedule_of_layers(data: st.DataObject, machine: SetMachinePass) -> None:
    module = LayersProgram(Drawn(data.draw)).build()
    arrays = contents(module, {})
    wanted = interpret(module, "main", arrays, {}, strict=True)
    for step in whole(machine):
        step.apply(Context(), module)
        module.verify()
    compare(interpret(module, "main", arrays, {}, strict=True), wanted, "all steps")
