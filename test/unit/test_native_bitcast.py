"""The same bits as another type, from both frontends."""

from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.native import NativeJob, lower_to_linalg
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools import driver

PAIRS = (
    "FLOAT INT32, INT32 FLOAT, DOUBLE INT64, INT64 DOUBLE, UINT32 INT32, UINT16 BFLOAT16, "
    "FLOAT16 INT16"
)


@pytest.mark.parametrize("pair", PAIRS.split(", "))
def test_random_bits(pair: str) -> None:
    """Also of NaN; but one that signals would become quiet where floats have 16 bits."""
    kinds = [getattr(TensorProto, name) for name in pair.split()]
    source, target = map(helper.tensor_dtype_to_np_dtype, kinds)
    raw = np.random.default_rng(7).integers(0, 256, (300, 3 * source.itemsize), np.uint8)
    x = raw.view(source)
    if pair == "FLOAT16 INT16":
        x.view(np.int16)[np.isnan(x)] |= 0x200
    if pair == "UINT16 BFLOAT16":
        x[np.isnan(x.view(target).astype(np.float32))] = 0
    values = [helper.make_tensor_value_info(n, k, ["n", 3]) for n, k in zip("xy", kinds)]
    node = helper.make_node("BitCast", ["x"], ["y"], to=kinds[1])
    graph = helper.make_graph([node], "g", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 26)], ir_version=13)
    (y,) = driver.compile_module(import_onnx(model)).run([x])
    assert y.dtype == target
    np.testing.assert_array_equal(y.view(np.uint8), raw.view(np.uint8))


def test_views_of_pytorch() -> None:
    class Model(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x.view(torch.int32) & 0x7FFFFFFF).view(torch.float32)

    x = torch.randn(3, 4)
    program: Any = torch.export.export(Model(), (x,))
    (found,) = driver.compile_module(import_exported(program)).run([x])
    torch.testing.assert_close(found, x.abs())


def test_other_widths_are_refused() -> None:
    text = """
    func.func @main(%x: !torch.vtensor<[4],f32>) -> !torch.vtensor<[8],si16> {
      %dtype = torch.constant.int 2
      %y = torch.aten.view.dtype %x, %dtype : !torch.vtensor<[4],f32>, !torch.int -> !torch.vtensor<[8],si16>
      return %y : !torch.vtensor<[8],si16>
    }"""  # noqa: E501
    with pytest.raises(SDFGError, match=r"unsupported view of .*f32> as .*si16>"):
        lower_to_linalg(NativeJob("torch", text.encode()))
