"""`--check-passes` names the pass that changes a result, and lets the others through."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from unit.strategies import random_program
from unit.text import context, parsed
from xdsl.context import Context
from xdsl.dialects import arith
from xdsl.dialects.builtin import FloatAttr, ModuleOp, StringAttr
from xdsl.passes import ModulePass

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import WeightAttr
from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import ConstantOp
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.tools.check_passes import CheckPasses
from sdfg.tools.instrumentation import run_passes

PROGRAM = """
sdfg.sdfg @main [N] (in "x" %x: !sdfg.array<[N, 4] x f32>, out "y" %y: !sdfg.array<[N] x f32>) {
  %w = sdfg.constant #sdfg.weight<"w"> : !sdfg.array<[4] x f32>
  sdfg.state @s {
    sdfg.map [i = 0:N] {
      sdfg.tasklet () -> (%y[i]) {
        %0 = arith.constant 1.0 : f32
        sdfg.yield %0 : f32
      }
      sdfg.map [r = 0:4] {
        sdfg.tasklet (%a = %x[i, r], %b = %w[r]) -> (%y[i] wcr sum) {
          %0 = arith.mulf %a, %b : f32
          sdfg.yield %0 : f32
        }
      }
    }
  }
}
"""


@dataclass(frozen=True)
class Change(ModulePass):
    """A pass that does what a test says."""

    name = "change"

    edit: Callable[[ModuleOp], None]

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        self.edit(op)


class Harmless(ModulePass):
    """A pass that changes nothing."""

    name = "harmless"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        pass


def check(text: str, edit: Callable[[ModuleOp], None]) -> None:
    run_passes(context(), parsed(text), [Harmless(), Change(edit), Harmless()], [CheckPasses(3)])


def interchange(module: ModuleOp) -> None:
    """Sum in another order: right but for rounding."""
    for op in module.walk():
        if isinstance(op, MapOp) and op.param_names == ("r",):
            op.attributes["ranges"] = SubsetAttr((Range.of(0, 4, 2),))
            clone = op.clone()
            clone.attributes["ranges"] = SubsetAttr((Range.of(1, 4, 2),))
            assert op.parent is not None
            op.parent.insert_op_after(clone, op)
            return


def test_right_passes_go_through() -> None:
    check(PROGRAM, interchange)


def wrong_start(module: ModuleOp) -> None:
    for op in module.walk():
        if isinstance(op, arith.ConstantOp) and isinstance(op.value, FloatAttr):
            op.properties["value"] = FloatAttr(1.001, op.value.type)


def test_a_wrong_number_is_found() -> None:
    with pytest.raises(SDFGError) as caught:
        check(PROGRAM, wrong_start)
    text = str(caught.value)
    assert "pass 'change' changes 'y' of 'main'" in text
    assert " instead of " in text
    assert "seed 3, symbols {'N': " in text


def too_short(module: ModuleOp) -> None:
    for op in module.walk():
        if isinstance(op, MapOp) and op.param_names == ("i",):
            n = symbolic.symbol("N")
            op.attributes["ranges"] = SubsetAttr((Range.of(0, n - 1),))


def test_elements_that_are_left_out_are_found() -> None:
    with pytest.raises(SDFGError, match=r"changes 'y' of 'main': nan instead of"):
        check(PROGRAM, too_short)


def no_resolution(module: ModuleOp) -> None:
    for op in module.walk():
        if isinstance(op, TaskletOp) and op.writes.data[0].wcr:
            plain = MemletAttr(op.writes.data[0].subset)
            op.attributes["writes"] = type(op.writes)([plain])


def test_races_are_found() -> None:
    with pytest.raises(SDFGError, match="does not run any more after pass 'change'") as caught:
        check(PROGRAM, no_resolution)
    assert "another point of the map" in str(caught.value)


def other_name(module: ModuleOp) -> None:
    for op in module.walk():
        if isinstance(op, SdfgOp):
            op.attributes["sym_name"] = StringAttr("other")


def test_a_program_that_is_gone_is_found() -> None:
    with pytest.raises(SDFGError, match="has lost program 'main' in pass 'change'"):
        check(PROGRAM, other_name)


CONSTANTS = """
sdfg.sdfg private @main_constants (in "w" %w: !sdfg.array<[4] x f32>,
                                   out "w2" %d: !sdfg.array<[4] x f32>) {
  sdfg.state @s {
    sdfg.map [i = 0:4] {
      sdfg.tasklet (%a = %w[i]) -> (%d[i]) {
        %0 = arith.FUNCTION %a, %a : f32
        sdfg.yield %0 : f32
      }
    }
  }
}
"""
DOUBLED = PROGRAM.replace("arith.mulf %a, %b", "arith.mulf %a, %c").replace(
    "%0 = arith.mulf", "%c = arith.addf %b, %b : f32\n%0 = arith.mulf"
)


@pytest.mark.parametrize(("function", "is_right"), [("addf", True), ("mulf", False)])
def test_weights_derived_by_a_private_program(function: str, is_right: bool) -> None:
    def hoist(module: ModuleOp) -> None:
        hoisted = parsed(CONSTANTS.replace("FUNCTION", function))
        for op in list(module.body.block.ops):
            op.detach()
            op.erase()
        for op in [*parsed(PROGRAM).body.block.ops, *hoisted.body.block.ops]:
            op.detach()
            module.body.block.add_op(op)
        for op in module.walk():
            if isinstance(op, ConstantOp):
                op.attributes["value"] = WeightAttr("w2")

    if is_right:
        check(DOUBLED, hoist)
    else:
        with pytest.raises(SDFGError, match="pass 'change' changes 'y' of 'main'"):
            check(DOUBLED, hoist)


def test_what_cannot_be_checked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    check("func.func @f() { func.return }", lambda module: None)
    assert "nothing to check yet" in capsys.readouterr().err
    never = PROGRAM.replace(
        "%0 = arith.mulf", '%f = arith.constant false\nsdfg.assert %f, "no"\n%0 = arith.mulf'
    )
    check(never, wrong_start)
    assert "remark: 'main' is not checked: it runs on none of 8" in capsys.readouterr().err


def test_random_programs_agree_with_themselves() -> None:
    for seed in range(4):
        module = random_program(seed)
        run_passes(context(), module, [Harmless()], [CheckPasses(seed)])
