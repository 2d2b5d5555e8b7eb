"""A functional FX graph as MLIR bytecode in the torch dialect, with the user's places kept."""

import io
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.fx import Graph, Node

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.native_bindings import ir
from sdfg.lowering.frontend.torch_bindings import aten, fx_importer

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_TORCH = str(Path(torch.__file__).parent)

_SYNONYMS: Mapping[Any, Any] = {
    aten.true_divide.Tensor: aten.div.Tensor,
}
"""What PyTorch inserts after decomposition, where a dynamic float became a tensor."""


def to_bytecode(graph: Graph) -> bytes:
    """
    The function `main` of `graph`: one argument for each placeholder, one result for each output.

    Tensors that the graph holds as attributes become inline constants. Every operation is located
    at the innermost line of the traceback that is not PyTorch's own, named after the `nn.Module`
    that ran it. Raises `SDFGError` for what has no form in the torch dialect.
    """
    for node in graph.nodes:
        node.target = _SYNONYMS.get(node.target, node.target)
    importer = fx_importer.FxImporter(
        hooks=_InlineConstants(), graph_node_importer_cls=_NodeImporter
    )
    importer._cc = _Places(importer._c, py_attr_tracker=importer._py_attr_tracker)
    importer.import_stateless_graph(graph, func_name="main")
    file = io.BytesIO()
    importer.module_op.write_bytecode(file)
    return file.getvalue()


class _InlineConstants(fx_importer.FxImporterHooks):
    """Tensor literals as readable dense attributes instead of binary resources."""

    def resolve_literal(self, gni: Any, literal: Any, info: Any) -> Any:
        """The value of `literal`, or None to leave it to the importer."""
        if not isinstance(literal, torch.Tensor):
            return None
        element = fx_importer.TORCH_DTYPE_TO_MLIR_TYPE[literal.dtype]()
        array = literal.detach().contiguous()
        if literal.dtype == torch.bfloat16:
            array = array.view(torch.int16)
        attribute = ir.DenseElementsAttr.get(array.numpy(), type=element, shape=list(literal.shape))
        result = gni._cc.tensor_to_vtensor_type(literal)
        return ir.Operation.create(
            "torch.vtensor.literal", results=[result], attributes={"value": attribute}
        ).result


class _NodeImporter(fx_importer.GraphNodeImporter):
    """Says which line of the model holds what cannot be imported."""

    def _import_torch_op_overload(self, loc: Any, node: Node, concrete_target: Any = None) -> None:
        parent: Any = super()
        with _blaming(node):
            parent._import_torch_op_overload(loc, node, concrete_target)

    def _import_hop(self, loc: Any, node: Node, hop: Any) -> None:
        parent: Any = super()
        with _blaming(node):
            parent._import_hop(loc, node, hop)


@contextmanager
def _blaming(node: Node) -> Generator[None]:
    try:
        yield
    except SDFGError as error:
        raise SDFGError(f"{place_of(node)}: '{node.target}' {error}") from error
    except Exception as error:
        raise SDFGError(f"{place_of(node)}: '{node.target}' cannot be imported: {error}") from error


def place_of(node: Node) -> str:
    """`file:line (layer)` for messages, or the name of the node where FX kept neither."""
    frame, layer = innermost_frame(node.stack_trace or ""), layer_of(node)
    if frame is None:
        return layer or node.name
    return f"{frame[0]}:{frame[1]}" + (f" ({layer})" if layer else "")


class _Places(fx_importer.ContextCache):
    """Chooses the location of an operation, and refuses types without a form in MLIR."""

    def dtype_to_type(self, dtype: torch.dtype) -> Any:
        """The MLIR type. Raises `SDFGError` if there is none."""
        if dtype not in fx_importer.TORCH_DTYPE_TO_MLIR_TYPE_ASM:
            raise SDFGError(f"uses the unsupported type {dtype}")
        parent: Any = super()
        return parent.dtype_to_type(dtype)

    def get_node_location(self, node: Node) -> Any:
        """`loc("encoder.layer.0"("model.py":12:0))`, or None where FX knows neither."""
        frame = innermost_frame(node.stack_trace or "")
        layer = layer_of(node)
        if frame is None and layer is None:
            return None
        where = ir.Location.unknown(self._c)
        if frame is not None:
            where = ir.Location.file(frame[0], frame[1], 0, context=self._c)
        return where if layer is None else ir.Location.name(layer, where, context=self._c)


def innermost_frame(traceback: str) -> tuple[str, int] | None:
    """
    The last file and line in `traceback` that is not within PyTorch, if there is one.

    Code that FX generated (`<eval_with_key>.7`) is nowhere to look at, and numbered differently in
    every run.
    """
    found = [(file, int(line)) for file, line in _FRAME.findall(traceback)]
    frames = [frame for frame in found if not frame[0].startswith("<")]
    if not frames:
        return None
    users = [frame for frame in frames if not frame[0].startswith(_TORCH)]
    file, line = (users or frames)[-1]
    return _importable(file), line


def _importable(file: str) -> str:
    """`file` relative to the folder it is imported from: the same text on every machine."""
    roots = (str(Path(path or ".").resolve()) for path in sys.path)
    inside = [root for root in roots if file.startswith(root + "/")]
    return file[len(max(inside, key=len)) + 1 :] if inside else Path(file).name


def layer_of(node: Node) -> str | None:
    """The path of the innermost `nn.Module` that ran `node`, such as `encoder.layer.0`."""
    stack: Mapping[str, tuple[str, Any]] = node.meta.get("nn_module_stack") or {}
    if not stack:
        return None
    path, _ = list(stack.values())[-1]
    path = path.removeprefix("L['self']").replace("._modules", "")
    return re.sub(r"\['?([^\]']+)'?\]", r".\1", path).removeprefix("L.").removeprefix(".") or None
