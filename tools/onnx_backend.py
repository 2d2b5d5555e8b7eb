"""
The compiler in the form that the ONNX project defines for backends.

    from sdfg.tools.onnx_backend import SdfgBackend

    scores = SdfgBackend.prepare(onnx.load("resnet50.onnx")).run([images])

`onnx.backend.test.BackendTest(SdfgBackend, __name__)` is ONNX's own suite for it.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, ValueInfoProto, helper
from onnx.backend.base import Backend, BackendRep, namedtupledict

from sdfg.backends.runtime import CompiledModel
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.onnx_prepare import specialize
from sdfg.lowering.frontend.onnx_resolver import Held, NeedsInputs
from sdfg.lowering.frontend.onnx_structure import Resolved, has_structure
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


class StructuredRep(SdfgRep):
    """
    A model that takes or gives sequences or optionals: lists of arrays, and `None`.

    It is compiled for the structure of the inputs that it is given: how many tensors there are, and
    their types and sizes; and for the values of those that decide what results hold. What has been
    compiled is kept.
    """

    def __init__(self, source: ModelProto, options: CompileOptions) -> None:
        stored = {tensor.name for tensor in source.graph.initializer}
        self._source, self._options = source, options
        self._names = [v.name for v in source.graph.input if v.name not in stored]
        self._deciding: frozenset[str] = frozenset()
        self._compiled: dict[object, tuple[CompiledModel, Resolved]] = {}
        self._results: Any = namedtupledict("Outputs", [v.name for v in source.graph.output])
        # What can be refused without inputs is refused now.
        with contextlib.suppress(NeedsInputs):
            self._compile({})

    def run(self, inputs: Any, **_: Any) -> tuple[Any, ...]:
        given: dict[str, Any] = (
            dict(cast(Mapping[str, Any], inputs))
            if isinstance(inputs, Mapping)
            else dict(zip(self._names, inputs, strict=True))
        )
        model, resolved = self._for(given)
        arrays = dict(p for n, held in resolved.inputs.items() for p in _leaves(held, given[n]))
        found = model.run([arrays[value.name] for value in model.interface.inputs])
        results = dict(zip((v.name for v in model.interface.outputs), found, strict=True))
        return self._results(*(_together(held, results) for held in resolved.outputs.values()))

    def _for(self, given: Mapping[str, Any]) -> tuple[CompiledModel, Resolved]:
        """What is compiled for these inputs; each attempt may find more of them that decide."""
        while True:
            deciding = {name: given[name] for name in self._deciding}
            # Tensors of a sequence have fixed sizes, and so has what meets them.
            fixed = any(isinstance(value, list | tuple) for value in deciding.values())
            others = {n: v for n, v in given.items() if fixed and n not in deciding}
            sizes = {n: np.shape(v) for n, v in others.items() if _is_tensor(v)}
            forms = (_form(value) for _, value in sorted(deciding.items()))
            key = (*sorted(deciding), *forms, *sorted(sizes.items()))
            if key in self._compiled:
                return self._compiled[key]
            try:
                self._compiled[key] = self._compile(deciding, sizes)
            except NeedsInputs as error:
                if error.names <= self._deciding:
                    raise
                self._deciding |= error.names

    def _compile(
        self, given: Mapping[str, Any], sizes: Mapping[str, tuple[int, ...]] | None = None
    ) -> tuple[CompiledModel, Resolved]:
        resolved = specialize(self._source, given, sizes or {}, self._source.graph.name)
        return compile_module(import_onnx(resolved.model), self._options), resolved


def _is_tensor(value: Any) -> bool:
    return value is not None and not isinstance(value, list | tuple)


def _form(value: Any) -> object:
    """What an input decides: the structure of what is no tensor, the elements of an array."""
    if isinstance(value, list | tuple):
        items = [np.asarray(item) for item in cast(Sequence[Any], value)]
        return tuple((item.dtype.str, item.shape) for item in items)
    if value is None:
        return None
    array = np.asarray(value)
    return array.dtype.str, array.shape, array.tobytes()


def _leaves(held: Held, value: Any) -> Iterator[tuple[str, Any]]:
    """The names of the tensors that an input became, with its arrays."""
    if isinstance(held, str):
        yield held, value
    elif held is not None:
        for part, item in zip(held, value, strict=True):
            yield from _leaves(part, item)


def _together(held: Held, results: Mapping[str, Any]) -> Any:
    """The value of an output: arrays, in lists as its structure says."""
    if held is None:
        return None
    return results[held] if isinstance(held, str) else [_together(h, results) for h in held]


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
        chosen = CompileOptions(**options)
        if has_structure(model):
            return StructuredRep(model, chosen)
        return SdfgRep(compile_module(import_onnx(model), chosen))

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
