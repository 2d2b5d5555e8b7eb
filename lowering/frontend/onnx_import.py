"""ONNX models to linalg on tensors."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from onnx import ModelProto, TensorProto, TensorShapeProto, ValueInfoProto
from xdsl.dialects.builtin import (
    DYNAMIC_INDEX,
    ArrayAttr,
    DictionaryAttr,
    ModuleOp,
    StringAttr,
    TensorType,
    UnitAttr,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.frontend.native import NativeJob, lower_to_linalg
from sdfg.lowering.frontend.onnx_elements import interface_name
from sdfg.lowering.frontend.onnx_load import read_model
from sdfg.lowering.frontend.onnx_prepare import PreparedModel, prepare
from sdfg.lowering.frontend.parse import parse_linalg


def import_onnx(
    source: str | os.PathLike[str] | ModelProto, *, time_limit: float = 600.0
) -> ImportedModel:
    """
    The model in a file, or in memory, as linalg on tensors and weights beside it.

    Dynamic dimensions become symbols called as the model calls them; those without a name become
    `<input>_<dimension>`. Weights stay in the file, or in the given model, until they are used.
    The native passes may take `time_limit` seconds. Raises `SDFGError` for files that are no ONNX
    model, for external data outside the model's folder, and for what cannot be lowered: all of it
    at once.
    """
    if isinstance(source, ModelProto):
        model, folder, name = _shallow_copy(source), None, source.graph.name or "model"
    else:
        path = Path(source)
        model, folder, name = read_model(path), path.parent, str(path)
    prepared = prepare(model, name=name, folder=folder)
    payload = prepared.model.SerializeToString(deterministic=True)
    text = lower_to_linalg(NativeJob("onnx", payload, time_limit, name))
    module = parse_linalg(text, name=name)
    _describe(module, prepared)
    module.verify()
    return ImportedModel(module, prepared.weights)


def _shallow_copy(model: ModelProto) -> ModelProto:
    """A copy to work on; the caller's model must not change."""
    copy = ModelProto()
    copy.CopyFrom(model)
    return copy


def _describe(module: ModuleOp, prepared: PreparedModel) -> None:
    """Write the interface into the attributes of the module's function."""
    function = next(op for op in module.ops if isinstance(op, FuncOp))
    graph = prepared.model.graph
    inputs = [value for value in graph.input if value.name in prepared.inputs]
    names = _Symbols.of(inputs, prepared.elements)
    arguments = [
        _weight(value) if value.name in prepared.weights else names.port(value, kind)
        for value, kind in zip(graph.input, function.function_type.inputs, strict=True)
    ]
    results = [
        names.port(value, kind)
        for value, kind in zip(graph.output, function.function_type.outputs, strict=True)
    ]
    function.arg_attrs = ArrayAttr(arguments)
    function.res_attrs = ArrayAttr(results)


_UNSIGNED = (TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64)
"""Types whose tensors look signless in linalg; the interface must still say what they are."""


def _weight(value: ValueInfoProto) -> DictionaryAttr:
    return DictionaryAttr({"sdfg.name": StringAttr(value.name), "sdfg.constant": UnitAttr()})


@dataclass
class _Symbols:
    """The sizes of the model's inputs and outputs as expressions over symbols."""

    elements: Mapping[str, str]
    """What the elements of inputs and outputs are called, where the model has only their codes."""
    names: dict[str, str] = field(default_factory=dict[str, str])
    """From what the model calls a dimension to a valid name for its symbol."""
    shapes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Of each input."""

    @staticmethod
    def of(inputs: Sequence[ValueInfoProto], elements: Mapping[str, str]) -> "_Symbols":
        """Symbols for all dynamic dimensions of the inputs; equal names are the same symbol."""
        found = _Symbols(elements)
        plain = [d.dim_param for v in inputs for d in _dims(v) if _is_name(d.dim_param)]
        found.names = {name: name for name in plain}
        for value in inputs:
            found.shapes[value.name] = [
                found._size(value.name, number, dim) for number, dim in enumerate(_dims(value))
            ]
        return found

    def _size(self, owner: str, number: int, dim: TensorShapeProto.Dimension) -> str:
        if dim.HasField("dim_value"):
            return str(dim.dim_value)
        if expression := self._expression(dim.dim_param):
            return expression
        key = dim.dim_param or f"{owner}_{number}"
        if not dim.dim_param or key not in self.names:
            self.names[key] = symbolic.symbol_name(key, self.names.values())
        return self.names[key]

    def _expression(self, text: str) -> str | None:
        """`text` as an expression, if it is one over symbols that some input defines."""
        try:
            expression = symbolic.parse(text)
        except (SDFGError, ValueError):
            return None
        known = symbolic.symbols_of(expression) <= set(self.names.values())
        return symbolic.text_of(expression) if known else None

    def port(self, value: ValueInfoProto, lowered: Attribute) -> DictionaryAttr:
        """The attributes of an input or output of type `lowered`."""
        attributes: dict[str, Attribute] = {"sdfg.name": StringAttr(value.name)}
        kind = value.type.tensor_type.elem_type
        element = interface_name(kind) if kind in _UNSIGNED else None
        if element := self.elements.get(value.name, element):
            attributes["sdfg.element"] = StringAttr(element)
        assert isinstance(lowered, TensorType)
        if DYNAMIC_INDEX in lowered.get_shape():
            shape = self.shapes.get(value.name) or self._output_shape(value)
            if shape is not None:
                attributes["sdfg.shape"] = ArrayAttr([StringAttr(size) for size in shape])
        return DictionaryAttr(attributes)

    def _output_shape(self, value: ValueInfoProto) -> list[str] | None:
        """The sizes of an output, if all are known in terms of the inputs' symbols."""
        sizes = [
            str(dim.dim_value)
            if dim.HasField("dim_value")
            else self.names.get(dim.dim_param) or self._expression(dim.dim_param)
            for dim in _dims(value)
        ]
        return [size for size in sizes if size] if all(sizes) else None


def _dims(value: ValueInfoProto) -> Sequence[TensorShapeProto.Dimension]:
    return value.type.tensor_type.shape.dim


def _is_name(text: str) -> bool:
    try:
        symbolic.symbol(text)
    except ValueError:
        return False
    return True
