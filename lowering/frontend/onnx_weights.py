"""Taking the weights out of an ONNX model, so that the rest of the import handles a small graph."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import ExternalDataInfo, uses_external_data

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.weights import Weight
from sdfg.lowering.frontend.onnx_elements import FORMATS

INLINE_ELEMENTS = 64
"""Tensors with fewer elements stay in the graph as constants."""


_MISREAD = (TensorProto.UINT16, TensorProto.UINT32, TensorProto.UINT64)


def stays_inline(elements: int, data_type: int) -> bool:
    """Whether a constant stays in the graph; the native passes misread most unsigned ones."""
    return elements < INLINE_ELEMENTS and data_type not in _MISREAD


@dataclass(frozen=True)
class ExternalFile:
    """A checked place in a file beside the model."""

    path: Path
    offset: int
    shape: tuple[int, ...]
    kind: int
    """ONNX's number for the element type."""

    @property
    def dtype(self) -> np.dtype[Any]:
        return helper.tensor_dtype_to_np_dtype(self.kind)

    @property
    def bits(self) -> int:
        """Of an element in the file."""
        return FORMATS[self.kind].bits if self.kind in FORMATS else 8 * self.dtype.itemsize

    @property
    def size(self) -> int:
        """In bytes. Elements of less than 8 bits lie side by side."""
        return -(-prod(self.shape) * self.bits // 8)

    def load(self) -> NDArray[Any]:
        """Map the array; it is not read before it is used, unless it has to be unpacked."""
        if not prod(self.shape):
            return np.zeros(self.shape, self.dtype)
        if self.bits < 8:
            packed = np.memmap(self.path, np.uint8, "r", self.offset, (self.size,))
            tensor = TensorProto(data_type=self.kind, dims=self.shape, raw_data=packed.tobytes())
            return numpy_helper.to_array(tensor)
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape)


def take_weights(model: ModelProto, folder: Path | None) -> dict[str, Weight]:
    """
    Turn the large initializers of `model` into graph inputs, in place, and return their data.

    Small ones that lie in external files are read into the graph. `folder` is where the model's
    file lies, None for a model without a file. Raises `SDFGError` for external data that is
    missing, too short or outside `folder`, naming all of it.
    """
    graph = model.graph
    _constants_to_initializers(graph)
    _refuse_bad_files(graph.initializer, folder)
    stored = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in stored]
    used = _used(graph)
    kept: list[TensorProto] = []
    weights: dict[str, Weight] = {}
    for tensor in graph.initializer:
        if tensor.name not in used:
            continue
        if stays_inline(prod(tensor.dims), tensor.data_type):
            kept.append(_loaded(tensor, folder))
            continue
        weights[tensor.name] = _weight(tensor, folder)
        inputs.append(
            helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
        )
    _replace(graph.initializer, kept)
    _replace(graph.input, inputs)
    return weights


def _replace(field: Any, items: Sequence[Any]) -> None:
    del field[:]
    field.extend(items)


def _constants_to_initializers(graph: GraphProto) -> None:
    """Constant nodes that hold a tensor become initializers."""
    rest = [node for node in graph.node if not _constant_tensor(node)]
    for node in graph.node:
        if tensor := _constant_tensor(node):
            tensor.name = node.output[0]
            graph.initializer.append(tensor)
    if len(rest) != len(graph.node):
        _replace(graph.node, rest)


def _constant_tensor(node: Any) -> TensorProto | None:
    if node.op_type != "Constant" or len(node.attribute) != 1:
        return None
    attribute: AttributeProto = node.attribute[0]
    return attribute.t if attribute.name == "value" else None


def _used(graph: GraphProto) -> set[str]:
    """Names that nodes of `graph` or of graphs within read, and its outputs."""
    names = {value.name for value in graph.output}
    for node in graph.node:
        names.update(node.input)
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                names |= _used(attribute.g)
    return names


def _weight(tensor: TensorProto, folder: Path | None) -> Weight:
    shape, dtype = tuple(tensor.dims), helper.tensor_dtype_to_np_dtype(tensor.data_type)
    if uses_external_data(tensor):
        assert folder is not None
        return Weight(shape, dtype, _external(tensor, folder).load)
    return Weight(shape, dtype, lambda: numpy_helper.to_array(tensor))


def _loaded(tensor: TensorProto, folder: Path | None) -> TensorProto:
    if not uses_external_data(tensor):
        return tensor
    assert folder is not None
    return numpy_helper.from_array(np.array(_external(tensor, folder).load()), tensor.name)


def _refuse_bad_files(tensors: Iterable[TensorProto], folder: Path | None) -> None:
    problems: list[str] = []
    for tensor in tensors:
        if not uses_external_data(tensor):
            continue
        try:
            if folder is None:
                raise SDFGError("the model was given without a file, so its data cannot be found")
            _external(tensor, folder)
        except SDFGError as error:
            problems.append(f"  weight '{tensor.name}': {error}")
    if problems:
        raise SDFGError("external data of the model cannot be used\n" + "\n".join(problems))


def _external(tensor: TensorProto, folder: Path) -> ExternalFile:
    """Check that the data lies in a file within `folder` and is all there."""
    info = ExternalDataInfo(tensor)
    location = str(info.location)
    root = folder.resolve()
    path = (root / location).resolve()
    if os.path.isabs(location) or not path.is_relative_to(root):
        raise SDFGError(f"'{location}' lies outside the model's folder")
    try:
        missing = not path.is_file()
    except OSError as error:  # of a name that no file can have
        raise SDFGError(f"'{location[:80]}': {error.strerror}") from error
    if missing:
        raise SDFGError(f"'{location}' is missing")
    found = ExternalFile(path, int(info.offset or 0), tuple(tensor.dims), tensor.data_type)
    end = found.offset + found.size
    if end > path.stat().st_size:
        raise SDFGError(f"'{location}' ends before byte {end}, where the data would end")
    return found
