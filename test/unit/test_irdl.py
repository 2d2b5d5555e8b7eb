"""The dialect as IRDL, loaded into real MLIR: it reads our programs, and refuses wrong ones."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from unit.strategies import random_program
from unit.text import parsed, printed
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.dialect import SDFG
from sdfg.dialect.irdl_export import ARITY, export, regroup, spell_out, traits

FOLDER = Path(__file__).parents[1] / "dialect"
PROGRAMS = sorted(p for p in FOLDER.glob("*.mlir") if not p.stem.endswith("-invalid"))
IREE_OPT = Path(sys.executable).parent / "iree-opt"
needs_torch_mlir = pytest.mark.skipif(not find_spec("torch_mlir"), reason="needs torch_mlir")
needs_iree_opt = pytest.mark.skipif(not shutil.which(IREE_OPT), reason="needs iree-opt")

SCALAR = '!sdfg.array<#sdfg.dims<"">, f32, #sdfg.dims<"">, #sdfg.expr<"0">, #sdfg.storage<"heap">>'
STREAM = '!sdfg.stream<f32, #sdfg.expr<"4">, #sdfg.storage<"heap">>'
POINT = '#sdfg.memlet<#sdfg.subset<"">, #sdfg.expr<"1">, "">'
NONE = ", ".join(["0"] * ARITY)
ONE = ", ".join(["1"] + ["0"] * (ARITY - 1))
ALLOC = f'%a = "sdfg.alloc"() : () -> {SCALAR}\n'


def generic(module: ModuleOp) -> str:
    """`module` as MLIR reads it with our IRDL."""
    return printed(spell_out(module, SDFG), generic=True, locations=True)


def ask(programs: list[str]) -> list[tuple[bool, str]]:
    """What torch-mlir makes of programs: whether it takes each, and its text or its complaint."""
    worker = Path(__file__).parent / "irdl_worker.py"
    request = {"irdl": export(SDFG), "traits": traits(SDFG), "programs": programs}
    answer = subprocess.run(
        [sys.executable, worker], input=json.dumps(request), text=True, capture_output=True
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@cache
def answers() -> dict[str, tuple[ModuleOp, bool, str]]:
    """Each program of the lit tests, and some random ones, with what torch-mlir makes of it."""
    modules = {p.stem: parsed(p.read_text()) for p in PROGRAMS}
    modules |= {f"random-{seed}": random_program(seed) for seed in range(20)}
    replies = ask([generic(m) for m in modules.values()])
    pairs = zip(modules.items(), replies, strict=True)
    return {name: (module, taken, text) for (name, module), (taken, text) in pairs}


def locations(op: Operation) -> list[str]:
    return [str(inner.location) for inner in op.walk()]


@needs_torch_mlir
@pytest.mark.parametrize("name", [*(p.stem for p in PROGRAMS), *(f"random-{k}" for k in range(20))])
def test_programs_pass_through_mlir(name: str) -> None:
    module, taken, text = answers()[name]
    assert taken, text
    # xDSL's op does not know the property, which MLIR prints even where it says nothing.
    text = re.sub(r'("arith.trunci"\(\S+\)) <\{[^}]*\}>', r"\1", text)
    back = regroup(parsed(text), SDFG)
    back.verify()
    assert back.is_structurally_equivalent(module)
    assert locations(back) == locations(module)


WRONG = {
    "operand-type": '%x = arith.constant 0.0 : f32\n"sdfg.view"(%x) : (f32) -> ' + SCALAR,
    "operand-kind": ALLOC
    + f'"sdfg.consume"(%a) ({{\n^bb0:\n}}) {{workers = #sdfg.expr<"1">}} : ({SCALAR}) -> ()',
    "operand-count": f'"sdfg.view"() : () -> {SCALAR}',
    "group-type": "%x = arith.constant 0.0 : f32\n"
    '"sdfg.call"(%x) {callee = @f, symbols = [], values = #sdfg.dims<"">, '
    f"operandSegmentSizes = array<i32: {ONE}>}} : (f32) -> ()",
    "group-size": ALLOC
    + '"sdfg.call"(%a) {callee = @f, symbols = [], values = #sdfg.dims<"">, '
    + f"operandSegmentSizes = array<i32: {NONE}>}} : ({SCALAR}) -> ()",
    "result-type": '%a = "sdfg.alloc"() : () -> f32',
    "result-count": '"sdfg.alloc"() : () -> ()',
    "missing-attribute": '"sdfg.assign"() {symbol = "n"} : () -> ()',
    "attribute-kind": '"sdfg.assign"() {symbol = "n", value = 3 : i64} : () -> ()',
    "attribute-of-ours": '"sdfg.assign"() {symbol = "n", value = #sdfg.dims<"3">} : () -> ()',
    "boolean-attribute": ALLOC
    + '"sdfg.sort"(%a, %a) {axis = 0 : i64, descending = 1 : i32, operandSegmentSizes = '
    + f"array<i32: {ONE}, {ONE}>}} : "
    + f"({SCALAR}, {SCALAR}) -> ()",
    "parameter-kind": '"sdfg.assign"() {symbol = "n", value = #sdfg.expr<3>} : () -> ()',
    "parameter-count": '"test.op"() {a = #sdfg.storage<"heap", "heap">} : () -> ()',
    "element-type": f'%a = "sdfg.alloc"() : () -> {SCALAR.replace("f32", "tuple<>")}',
    "unknown-op": '"sdfg.nothing"() : () -> ()',
    "region-count": '"sdfg.if"() ({\n^bb0:\n}) {condition = #sdfg.expr<"true">} : () -> ()',
    "region-arguments": '"sdfg.while"() ({\n^bb0(%i: index):\n}) '
    '{condition = #sdfg.expr<"true">} : () -> ()',
    "region-blocks": '"sdfg.while"() ({\n^bb0:\n  "sdfg.yield"() {operandSegmentSizes = '
    f"array<i32: {NONE}>}} : () -> ()\n^bb1:\n}}) "
    '{condition = #sdfg.expr<"true">} : () -> ()',
    "condition-type": '%x = arith.constant 0.0 : f32\n"sdfg.assert"(%x) {message = "m"} '
    ": (f32) -> ()",
    "tasklet-sees-outside": ALLOC
    + '"sdfg.tasklet"(%a) ({\n  "sdfg.yield"(%a) {operandSegmentSizes = '
    + f"array<i32: {ONE}>}} : ({SCALAR}) -> ()\n}}) {{reads = [], "
    + f"writes = [{POINT}], operandSegmentSizes = "
    + f"array<i32: {NONE}, {ONE}>}} : ({SCALAR}) -> ()",
    "tasklet-without-yield": ALLOC
    + '"sdfg.tasklet"(%a) ({\n  %c = arith.constant 0.0 : f32\n}) {reads = [], '
    + f"writes = [{POINT}], operandSegmentSizes = "
    + f"array<i32: {NONE}, {ONE}>}} : ({SCALAR}) -> ()",
}
"""Programs that the IRDL does not allow, each wrong in one way."""

SAYS = {
    "operand-type": "expected base type 'sdfg.array' but got 'builtin.f32'",
    "operand-kind": "expected base type 'sdfg.stream' but got 'sdfg.array'",
    "operand-count": "expects exactly 1 operands, but got 0",
    "group-type": "'f32' does not satisfy the constraint",
    "group-size": "must be equal to the number of operands",
    "result-type": "'f32' does not satisfy the constraint",
    "result-count": "expects exactly 1 results, but got 0",
    "missing-attribute": 'attribute "value" is expected but not provided',
    "attribute-kind": "expected base attribute 'sdfg.expr' but got 'builtin.integer'",
    "attribute-of-ours": "expected base attribute 'sdfg.expr' but got 'sdfg.dims'",
    "boolean-attribute": "'1 : i32' does not satisfy the constraint",
    "parameter-kind": "expected base attribute 'builtin.string' but got 'builtin.integer'",
    "parameter-count": "expected 1 type arguments, but had 2",
    "element-type": "'tuple<>' does not satisfy the constraint",
    "unknown-op": "unregistered operation 'sdfg.nothing'",
    "region-count": "unexpected number of regions: expected 2 but got 1",
    "region-arguments": "expected region 0 to have 0 arguments but got 1",
    "region-blocks": "expected region 0 to have 1 block(s) but got 2",
    "condition-type": "expected 'i1' but got 'f32'",
    "tasklet-sees-outside": "using value defined outside the region",
    "tasklet-without-yield": "block with no terminator",
}
"""What MLIR says to each of them."""


@cache
def complaints() -> dict[str, tuple[bool, str]]:
    return dict(zip(WRONG, ask(list(WRONG.values())), strict=True))


@needs_torch_mlir
@pytest.mark.parametrize("name", WRONG)
def test_wrong_programs_are_refused(name: str) -> None:
    taken, text = complaints()[name]
    assert not taken, text
    assert SAYS[name] in text


def run_iree_opt(program: str, folder: Path) -> tuple[int, str]:
    definition = folder / "sdfg.irdl.mlir"
    definition.write_text(export(SDFG))
    command = [IREE_OPT, f"--irdl-file={definition}", "--mlir-print-op-generic", "-"]
    done = subprocess.run(command, input=program, text=True, capture_output=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@needs_iree_opt
@pytest.mark.parametrize("name", ["types", "alloc", "constant", "view", "attributes"])
def test_iree_opt_reads_what_has_no_regions(name: str, tmp_path: Path) -> None:
    """iree-opt can attach no traits, and no region passes without a terminator there."""
    program = parsed((FOLDER / f"{name}.mlir").read_text())
    lines = [
        line
        for line in generic(program).splitlines()
        if '"sdfg.' in line and "sdfg.sdfg" not in line and "sdfg.view" not in line
    ]
    code, text = run_iree_opt("\n".join(lines).replace(" loc(unknown)", ""), tmp_path)
    assert code == 0, text
    assert text.count('"sdfg.') == len(lines)


@needs_iree_opt
@pytest.mark.parametrize(
    "name", ["result-type", "missing-attribute", "attribute-kind", "element-type"]
)
def test_iree_opt_refuses(name: str, tmp_path: Path) -> None:
    code, text = run_iree_opt(WRONG[name], tmp_path)
    assert code == 1, text
    assert "error:" in text


def test_xdsl_reads_the_irdl() -> None:
    module = parsed(export(SDFG))
    module.verify()
    names = {op.name for op in module.walk()}
    assert {"irdl.dialect", "irdl.type", "irdl.attribute", "irdl.operation"} <= names


def test_each_definition_is_exported() -> None:
    text = export(SDFG)
    for kind in (*SDFG.operations, *SDFG.attributes):
        assert f" @{kind.name.removeprefix('sdfg.')} {{" in text


@pytest.mark.parametrize("seed", range(10))
def test_spelled_out_groups_come_back(seed: int) -> None:
    module = random_program(seed)
    assert printed(regroup(spell_out(module, SDFG), SDFG)) == printed(module)


def test_groups_have_a_limit() -> None:
    module = parsed((FOLDER / "call.mlir").read_text())
    message = r"'sdfg.call' has 2 operands in a group, but the IRDL declares 1"
    with pytest.raises(SDFGError, match=message):
        spell_out(module, SDFG, arity=1)
