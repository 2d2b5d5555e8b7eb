"""The native passes behind their process boundary."""

import re
from pathlib import Path
from typing import Any

import pytest
from models import onnx_small
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.linalg.abstract_ops import LinalgStructuredOperation
from xdsl.dialects.linalg.ops import GenericOp

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend import native
from sdfg.lowering.frontend.linalg_ops import TABLE, TableOperation, loop_names, operand_indices
from sdfg.lowering.frontend.native import NativeJob, lower_to_linalg
from sdfg.lowering.frontend.native_bindings import ir, passmanager
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.parse import parse_linalg

IDENTITY = """
func.func @main(%x: !torch.vtensor<[4],f32> loc("x")) -> !torch.vtensor<[4],f32> {
  return %x : !torch.vtensor<[4],f32> loc("back")
}
"""


def replace_worker(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Run `code` in the place of the worker."""
    (folder / "other_worker.py").write_text(f"print('phase: convert', flush=True)\n{code}\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(native, "_WORKER", "other_worker")


def test_torch_dialect_text():
    text = lower_to_linalg(NativeJob("torch", IDENTITY.encode()))
    assert "tensor<4xf32>" in text
    assert 'loc("back")' in text


def test_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    code = "import os, sys; print('near conv3', file=sys.stderr, flush=True); os.abort()"
    replace_worker(monkeypatch, tmp_path, code)
    with pytest.raises(SDFGError, match=r"(?s)crashed in phase 'convert' \(SIGABRT\).*near conv3"):
        lower_to_linalg(NativeJob("torch", b""))


def test_hang(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    replace_worker(monkeypatch, tmp_path, "import time; time.sleep(60)")
    with pytest.raises(SDFGError, match=r"did not finish phase 'convert' within 0\.5 s"):
        lower_to_linalg(NativeJob("torch", b"", time_limit=0.5))


def test_worker_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    replace_worker(monkeypatch, tmp_path, "import os; os.abort()")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with pytest.raises(SDFGError):
        lower_to_linalg(NativeJob("torch", b""))
    assert list(scratch.iterdir()) == []


def test_malformed_text():
    with pytest.raises(SDFGError, match="cannot be lowered"):
        lower_to_linalg(NativeJob("torch", b"func.func @main("))


def test_unsupported_torch_ops_are_all_named():
    text = """
    func.func @main(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> {
      %a = torch.operator "torch.custom.first"(%x)
        : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> loc("model.py":7:3)
      %b = torch.operator "torch.custom.second"(%a)
        : (!torch.vtensor<[4],f32>) -> !torch.vtensor<[4],f32> loc("model.py":8:3)
      return %b : !torch.vtensor<[4],f32>
    }
    """
    with pytest.raises(SDFGError) as caught:
        lower_to_linalg(NativeJob("torch", text.encode(), name="mine"))
    message = str(caught.value)
    assert message.startswith("mine: cannot be lowered")
    assert re.search(r"model\.py\"?:7:3.* unsupported op 'torch\.custom\.first'", message)
    assert re.search(r"model\.py\"?:8:3.* unsupported op 'torch\.custom\.second'", message)


def test_reshapes_with_two_dynamic_sizes_are_explicit():
    """torch-mlir would cast `?` to `1` here, silently; see `native_reshape`."""
    module = import_onnx(onnx_small.reshape_two_dynamic()).module
    names = [op.name for op in module.walk()]
    assert "tensor.reshape" in names
    assert "tensor.cast" not in names


VIEW = """
func.func @main(%x: !torch.vtensor<[?,?,6],f32>, %n: !torch.int) -> !torch.vtensor<[?,?],f32> {{
  %m1 = torch.constant.int {last}
  %s = torch.prim.ListConstruct %n, %m1 : (!torch.int, !torch.int) -> !torch.list<int>
  %v = torch.aten.view %x, %s
    : !torch.vtensor<[?,?,6],f32>, !torch.list<int> -> !torch.vtensor<[?,?],f32>
  return %v : !torch.vtensor<[?,?],f32>
}}
"""


def test_size_that_the_others_leave_is_checked():
    text = lower_to_linalg(NativeJob("torch", VIEW.format(last=-1).encode()))
    assert "tensor.reshape" in text
    assert "the sizes of a reshape do not divide its elements" in text


def generalized(text: str) -> ModuleOp:
    """MLIR's own definition of the named op in `text`, as `linalg.generic`."""
    context = ir.Context()
    module = ir.Module.parse(text, context)
    pipeline = "builtin.module(func.func(linalg-generalize-named-ops))"
    passmanager.PassManager.parse(pipeline, context).run(module.operation)
    return parse_linalg(generic(module))


def generic(module: Any) -> str:
    return module.operation.get_asm(print_generic_op_form=True)


def structured(module: ModuleOp) -> LinalgStructuredOperation:
    (found,) = [op for op in module.walk() if isinstance(op, LinalgStructuredOperation)]
    return found


@pytest.mark.parametrize(("name", "combine", "formula"), TABLE, ids=[row[0] for row in TABLE])
def test_named_ops_mean_what_mlir_means(name: str, combine: str, formula: str):
    """Index maps, iterators and bodies agree with MLIR's, up to the order of the loops."""
    text = example(name, combine, formula)
    context = ir.Context()
    ours = structured(parse_linalg(generic(ir.Module.parse(text, context))))
    theirs = structured(generalized(text))
    assert isinstance(theirs, GenericOp)
    assert ours.name == f"linalg.{name}"
    assert [op.name for op in ours.body.walk()] == [op.name for op in theirs.body.walk()]
    assert isinstance(ours, TableOperation)
    hidden = ours.get_hidden_region(ours.inputs, ours.outputs)
    assert sorted(op.name for op in hidden.walk()) == sorted(op.name for op in ours.body.walk())
    assert canonical(ours) == canonical(theirs)


def canonical(op: LinalgStructuredOperation) -> list[tuple[str, tuple[tuple[int, ...], ...]]]:
    """For each loop its kind and its factor in every index, sorted."""
    maps = [item.data for item in op.get_indexing_maps()]
    kinds = [str(item.data) for item in op.get_iterator_types()]
    origin = [0] * len(kinds)
    columns: list[tuple[str, tuple[tuple[int, ...], ...]]] = []
    for loop, kind in enumerate(kinds):
        step = [int(number == loop) for number in range(len(kinds))]
        factors = tuple(
            tuple(a - b for a, b in zip(m.eval(step, []), m.eval(origin, []), strict=True))
            for m in maps
        )
        columns.append((kind, factors))
    return sorted(columns)


def example(name: str, combine: str, formula: str) -> str:
    """A function with one op of the table, on sizes that fit, with strides and dilations."""
    sizes = {loop: number + 2 for number, loop in enumerate(loop_names(formula))}
    axes = [axis for axis in "dhw" if f"s{axis}" in formula]
    steps = {f"s{axis}": 2 + number for number, axis in enumerate(axes)}
    steps |= {f"d{axis}": 3 + number for number, axis in enumerate(axes)}
    operands = operand_indices(formula)
    integer = combine == "multiply_add_offset"
    narrow, wide = ("i8", "i32") if integer else ("f32", "f32")
    kinds = [tensor(texts, sizes, steps, narrow) for texts in operands[:-1]]
    if integer:
        kinds[2:] = ["i32", "i32"]
    result = tensor(operands[-1], sizes, steps, wide)
    attributes = ""
    if axes:
        strides = [steps[f"s{axis}"] for axis in axes]
        dilations = [steps[f"d{axis}"] for axis in axes]
        kind = f"tensor<{len(axes)}xi64>"
        attributes = (
            f"{{dilations = dense<{dilations}> : {kind}, strides = dense<{strides}> : {kind}}}"
        )
    names = [f"%a{number}" for number in range(len(kinds))]
    arguments = ", ".join(f"{n}: {k}" for n, k in zip(names, kinds, strict=True))
    return f"""
    func.func @main({arguments}, %out: {result}) -> {result} {{
      %r = linalg.{name} {attributes} ins({", ".join(names)} : {", ".join(kinds)})
        outs(%out : {result}) -> {result}
      return %r : {result}
    }}"""


def tensor(texts: list[str], sizes: dict[str, int], steps: dict[str, int], element: str) -> str:
    """The type that covers all points the index expressions `texts` reach."""
    shape = [
        1
        + sum(
            (sizes[t.split("*")[0]] - 1) * steps.get(t.partition("*")[2], 1)
            for t in text.split("+")
        )
        for text in texts
    ]
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"
