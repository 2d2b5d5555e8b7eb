"""Both doors for a small program: `torch.compile`, and ONNX given as text."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from onnx import ModelProto, parser
from onnx.reference import ReferenceEvaluator
from torch import Tensor

from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.tools import driver
from sdfg.tools.accuracy import compare
from sdfg.tools.driver import CompileOptions

torch_any: Any = torch

Function = (
    Callable[[Tensor], Tensor]
    | Callable[[Tensor, Tensor], Tensor]
    | Callable[[Tensor, Tensor, Tensor], Tensor]
)


def through_torch(function: Function, *inputs: Tensor, exact: bool = True) -> Tensor:
    """The result of the compiled function, after it agreed with eager PyTorch."""
    torch.compiler.reset()
    eager: Any = function
    want = eager(*(x.clone() for x in inputs))
    got = torch_any.compile(function, backend="sdfg", fullgraph=True)(*inputs)
    assert_same(got.numpy(), want.numpy(), exact)
    return got


def onnx_model(text: str) -> ModelProto:
    """A model in operator set 17 from ONNX's text."""
    return parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]> {text}')


def through_onnx(
    text: str, *inputs: np.ndarray, exact: bool = True, fast_math: bool = False
) -> np.ndarray:
    """The result of a model, given as ONNX text, after it agreed with ONNX's reference."""
    model = onnx_model(text)
    names = [value.name for value in model.graph.input]
    feeds = dict(zip(names, inputs, strict=True))
    reference: Any = ReferenceEvaluator(model)
    want = reference.run(None, feeds)
    compiled = driver.compile_module(import_onnx(model), CompileOptions(fast_math=fast_math))
    got = np.asarray(compiled.run(inputs)[0])
    assert_same(got, want[0], exact)
    return got


def assert_same(got: np.ndarray, want: np.ndarray, exact: bool) -> None:
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    if exact:
        np.testing.assert_array_equal(got, want)
    else:
        agreement = compare(got, want)
        assert agreement.good, str(agreement)


def tensor(array: np.ndarray) -> Tensor:
    return torch_any.from_numpy(array)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape, dtype=np.float32)
