"""The model zoo compiled through every door, against PyTorch's eager mode."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from end_to_end import checks
from models import torch_zoo
from models.torch_zoo import Example
from torch import Tensor

from sdfg.backends.c_tree.names import identifier
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools import accuracy
from sdfg.tools.driver import Artifact
from sdfg.tools.torch_backend import SDFGRemark

torch_any: Any = torch

FAST = ("mlp", "mlp-dynamic", "lstm", "attention", "attention-dynamic")

LARGE = {"bert": "onnx", "gpt2": "torch.compile", "llama": "torch.compile"}
"""Transformers of published size: the one door, beside `torch.export`, that each goes through."""


def models(door: str, *, dynamic: bool | None = None) -> list[Any]:
    """The names of the models for a door as test parameters, marked slow if they take seconds."""
    return [
        name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
        for name in torch_zoo.BUILDERS
        if (dynamic is None or name.endswith("-dynamic") == dynamic)
        and LARGE.get(name, door) == door
    ]


def eager(example: Example, inputs: Sequence[Tensor]) -> Tensor:
    with torch.no_grad():
        return example.module(*inputs)


def check(got: Tensor, want: Tensor) -> None:
    assert isinstance(got, Tensor)
    assert got.stride() == want.stride()
    agreement = accuracy.compare(np.asarray(got), np.asarray(want))
    assert agreement.good, agreement


def check_sizes(artifact: Artifact, example: Example) -> None:
    """Compare at the size of the example and at the five others of a dynamic model."""
    assert len(example.resized) == (5 if example.dynamic_shapes else 0)
    with artifact.load(threads=2) as model:
        for inputs in (example.inputs, *example.resized):
            check(model.run(inputs)[0], eager(example, inputs))


def exported(example: Example) -> ImportedModel:
    program = torch_zoo.export(example)
    return import_exported(program, dynamic_shapes=example.dynamic_shapes)


@pytest.mark.parametrize("name", models("onnx"))
def test_onnx(name: str, tmp_path: Path) -> None:
    example = torch_zoo.build(name)
    path = tmp_path / f"{name}.onnx"
    torch_zoo.write_onnx(example, path)
    artifact = checks.compiled(import_onnx(path), identifier(name), tmp_path / "first")
    check_sizes(artifact, example)


@pytest.mark.slow
@pytest.mark.parametrize("name", torch_zoo.BUILDERS)
def test_torch_export(name: str, tmp_path: Path) -> None:
    """
    Right at every size, no warnings, clean under sanitizers, the same bytes twice.

    Sanitizers run at a size that fills no vector where there is one.
    """
    example = torch_zoo.build(name)
    artifact = checks.compiled(exported(example), identifier(name), tmp_path / "first")
    check_sizes(artifact, example)
    checks.assert_clang_is_silent(artifact, tmp_path)
    inputs = [*example.resized, example.inputs][0]
    feed = [np.asarray(x) for x in inputs]
    checks.assert_sanitized(artifact, feed, [np.asarray(eager(example, inputs))])
    checks.assert_deterministic(artifact, lambda: exported(example), tmp_path / "again")


def compiled(example: Example, **options: Any) -> Any:
    torch.compiler.reset()
    return torch_any.compile(example.module, backend="sdfg", fullgraph=True, **options)


@pytest.mark.parametrize("name", models("torch.compile", dynamic=False))
def test_torch_compile(name: str) -> None:
    example = torch_zoo.build(name)
    model = compiled(example)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error", category=SDFGRemark)
        got = model(*example.inputs)
    check(got, eager(example, example.inputs))


@pytest.mark.parametrize("name", models("torch.compile", dynamic=True))
def test_torch_compile_with_dynamic_sizes(name: str) -> None:
    """One graph for all sizes: Dynamo must not call the backend again."""
    example = torch_zoo.build(name)
    model = compiled(example, dynamic=True)
    with torch.no_grad(), torch.compiler.set_stance("default"):
        model(*example.inputs)
        with torch.compiler.set_stance("fail_on_recompile"):
            for inputs in example.resized:
                check(model(*inputs), eager(example, inputs))


@pytest.mark.parametrize("name", ["mlp", "attention", "resnet18-tiny"])
def test_gradients(name: str) -> None:
    """Forward and backward pass are compiled; nothing is left to PyTorch."""
    example = torch_zoo.build(name)
    parameters = list(example.module.parameters())
    model = compiled(example)
    want = example.module(*example.inputs)
    weights = torch.randn_like(want)
    grad = torch_any.autograd.grad
    expected = grad((want * weights).sum(), parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SDFGRemark)
        got = model(*example.inputs)
        derived = grad((got * weights).sum(), parameters)
    check(got.detach(), want.detach())
    for one, other in zip(derived, expected, strict=True):
        check(one, other)


def test_parameters_may_change_between_calls() -> None:
    example = torch_zoo.build("mlp")
    model = compiled(example)
    with torch.no_grad():
        model(*example.inputs)
        for parameter in example.module.parameters():
            parameter.mul_(-0.7)
        check(model(*example.inputs), eager(example, example.inputs))
