"""
The compiler in the form that the ONNX project defines for backends.

    from sdfg.tools.onnx_backend import SdfgBackend

    scores = SdfgBackend.prepare(onnx.load("resnet50.onnx")).run([images])

`onnx.backend.test.BackendTest(SdfgBackend, __name__)` is ONNX's own suite for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, ValueInfoProto, helper
from onnx.backend.base import Backend, BackendRep, namedtupledict

from sdfg.backends.runtime import CompiledModel
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.tools.driver import CompileOptions, compile_module

Array = npt.NDArray[Any]


class SdfgRep(BackendRep):
    """A compiled model, to run many times."""

    def __init__(self, model: CompiledModel) -> None:
        self.model = model
        names = [value.name for value in model.interface.outputs]
        self._results: Any = namedtupledict("Outputs", names)

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        """
        The outputs as NumPy arrays, by position or name. `inputs` has arrays in the order of the
        model, or by name. Raises `SDFGError` if they do not fit.
        """
        found = self.model(**inputs) if isinstance(inputs, Mapping) else self.model(*inputs)
        return self._results(*(found if isinstance(found, tuple) else (found,)))


class SdfgBackend(Backend):
    """Compiles to native code for the CPU."""

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device.partition(":")[0] == "CPU"

    @classmethod
    def is_compatible(cls, model: ModelProto, device: str = "CPU", **_: Any) -> bool:
        """Whether the model can be imported for that device."""
        try:
            import_onnx(model)
        except SDFGError:
            return False
        return cls.supports_device(device)

    @classmethod
    def prepare(cls, model: ModelProto, device: str = "CPU", **options: Any) -> SdfgRep:
        """
        Compile; `options` are those of `CompileOptions`. Raises `SDFGError` for other devices, and
        for models that are not valid or cannot be compiled.
        """
        if not cls.supports_device(device):
            raise SDFGError(f"no code for the device {device!r}\nhint: there is CPU")
        return SdfgRep(compile_module(import_onnx(model), CompileOptions(**options)))

    @classmethod
    def run_node(
        cls,
        node: NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None,
        **options: Any,
    ) -> tuple[Any, ...]:
        """
        One operator on NumPy arrays. `outputs_info` has the type and the shape of each output;
        without it they are inferred. `options` may hold `opset_version`, by default the newest.
        """
        arrays = [np.asarray(x) for x in inputs]
        names = [name for name in node.input if name]
        if len(arrays) != len(names):
            raise SDFGError(f"{node.op_type}: expected {len(names)} inputs, got {len(arrays)}")
        version = int(options.pop("opset_version", onnx.defs.onnx_opset_version()))
        values = [_value(name, x.dtype, x.shape) for name, x in zip(names, arrays, strict=True)]
        results = [name for name in node.output if name]
        if outputs_info is None:
            known = [ValueInfoProto(name=name) for name in results]
        else:
            known = [
                _value(n, t, shape) for n, (t, shape) in zip(results, outputs_info, strict=True)
            ]
        graph = helper.make_graph([node], node.op_type, values, known)
        opsets = [helper.make_opsetid(node.domain, version)]
        model = helper.make_model(graph, opset_imports=opsets)
        if outputs_info is None:
            model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
        return cls.prepare(model, device, **options).run(arrays)


def _value(name: str, dtype: np.dtype[Any], shape: Sequence[int]) -> ValueInfoProto:
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return helper.make_tensor_value_info(name, kind, tuple(shape))


prepare = SdfgBackend.prepare
run_model = SdfgBackend.run_model
run_node = SdfgBackend.run_node
supports_device = SdfgBackend.supports_device
