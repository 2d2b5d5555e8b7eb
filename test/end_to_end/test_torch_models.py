"""The model zoo compiled through every door, against PyTorch's eager mode."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from models import torch_zoo
from models.torch_zoo import Example
from torch import Tensor

from sdfg.backends.runtime import CompiledModel
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools import accuracy, driver
from sdfg.tools.torch_backend import SDFGRemark

torch_any: Any = torch

FAST = ("mlp", "mlp-dynamic", "lstm", "attention", "attention-dynamic")


def models(*, dynamic: bool | None = None) -> list[Any]:
    """The names of the zoo as test parameters; all that takes seconds is marked slow."""
    return [
        name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
        for name in torch_zoo.BUILDERS
        if dynamic is None or name.endswith("-dynamic") == dynamic
    ]


def eager(example: Example, inputs: Sequence[Tensor]) -> Tensor:
    with torch.no_grad():
        return example.module(*inputs)


def check(got: Tensor, want: Tensor) -> None:
    assert isinstance(got, Tensor)
    assert got.stride() == want.stride()
    agreement = accuracy.compare(np.asarray(got), np.asarray(want))
    assert agreement.good, agreement


def check_sizes(model: CompiledModel, example: Example) -> None:
    """Compare at the size of the example and at the five others of a dynamic model."""
    for inputs in (example.inputs, *example.resized):
        check(model.run(inputs)[0], eager(example, inputs))


def export_and_compile(example: Example) -> CompiledModel:
    program = torch_zoo.export(example)
    return driver.compile_module(import_exported(program, dynamic_shapes=example.dynamic_shapes))


@pytest.mark.parametrize("name", models())
def test_torch_export(name: str) -> None:
    example = torch_zoo.build(name)
    check_sizes(export_and_compile(example), example)


@pytest.mark.parametrize("name", models())
def test_onnx(name: str, tmp_path: Path) -> None:
    example = torch_zoo.build(name)
    path = tmp_path / f"{name}.onnx"
    torch_zoo.write_onnx(example, path)
    model = driver.compile_file(path, output=tmp_path / name).load()
    check_sizes(model, example)


def compiled(example: Example, **options: Any) -> Any:
    torch.compiler.reset()
    return torch_any.compile(example.module, backend="sdfg", fullgraph=True, **options)


@pytest.mark.parametrize("name", models(dynamic=False))
def test_torch_compile(name: str) -> None:
    example = torch_zoo.build(name)
    model = compiled(example)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error", category=SDFGRemark)
        got = model(*example.inputs)
    check(got, eager(example, example.inputs))


@pytest.mark.parametrize("name", models(dynamic=True))
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
    """The forward pass is compiled, the backward pass is PyTorch's, and both say so."""
    example = torch_zoo.build(name)
    parameters = list(example.module.parameters())
    model = compiled(example)
    want = example.module(*example.inputs)
    with pytest.warns(SDFGRemark, match="compiled with gradients"):
        got = model(*example.inputs)
    check(got.detach(), want.detach())
    weights = torch.randn_like(want)
    grad = torch_any.autograd.grad
    expected = grad((want * weights).sum(), parameters)
    with pytest.warns(SDFGRemark, match="backward pass is not compiled"):
        derived = grad((got * weights).sum(), parameters)
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
