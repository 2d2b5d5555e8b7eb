"""PyTorch models to linalg on tensors: ahead of time (`torch.export`) and while compiling."""

import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import ml_dtypes
import numpy as np
import torch
from torch import Tensor
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Graph, GraphModule, Node
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    LocationAttr,
    ModuleOp,
    NameLoc,
    NoneAttr,
    StringAttr,
    UnitAttr,
)
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute

from sdfg.dialect.diagnostics import SDFGError
from sdfg.dialect.weights import Weights
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.lowering.frontend.native import NativeJob, lower_to_linalg
from sdfg.lowering.frontend.parse import parse_linalg
from sdfg.lowering.frontend.torch_bindings import (
    is_symbolic,
    pytree,
    real_tensors,
    with_effects,
)
from sdfg.lowering.frontend.torch_constants import fold_constants
from sdfg.lowering.frontend.torch_decompositions import decomposition_table, traceable
from sdfg.lowering.frontend.torch_fold import attribute, fold_weights
from sdfg.lowering.frontend.torch_fx import place_of, to_bytecode
from sdfg.lowering.frontend.torch_symbols import SymbolNames, given_names, told_by
from sdfg.lowering.frontend.torch_widen import widen

INLINE_ELEMENTS = 64
"""Constant tensors with fewer elements become part of the program instead of a weight."""


@dataclass(frozen=True)
class Argument:
    """One argument or result of `main`."""

    name: str
    value: Any
    """What tracing saw: a fake tensor, a `torch.SymInt`, or another scalar."""
    weight: Tensor | None = None
    """The data of an argument that never changes."""


def import_exported(
    program: ExportedProgram, *, dynamic_shapes: Any = None, time_limit: float = 600.0
) -> ImportedModel:
    """
    The model of `torch.export.export(...)`: inputs first, then the parameters and buffers it uses.

    Parameters that share storage become one weight, and no data is copied. The `dynamic_shapes`
    given to `torch.export` name the symbols if given here too. Nested inputs and outputs are
    flattened in PyTorch's order; outputs that are no tensors are left out. `time_limit` bounds the
    native passes, in seconds. Raises `SDFGError` for models that change their own buffers or
    inputs, and for operators that cannot be lowered.
    """
    decompose: Any = cast(Any, program).run_decompositions
    with traceable():
        program = decompose(decomposition_table())
    _refuse_mutation(program)
    _refuse_effects(program.graph)
    names = SymbolNames(_dimension_names(program, dynamic_shapes))
    arguments = _bind(program)
    results = _keep_tensors(program)
    return _finish(program.graph, arguments, results, names, time_limit)


def import_saved(path: str | os.PathLike[str], *, time_limit: float = 600.0) -> ImportedModel:
    """
    The model in a file that `torch.export.save` wrote, as `import_exported` gives it.

    The file does not hold the names of dynamic dimensions: they are called `s0`, `s1`, ...
    Raises `SDFGError` if it is no such file.
    """
    try:
        with zipfile.ZipFile(path):  # torch logs its traceback where this raises
            program = torch.export.load(os.fspath(path))
    except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise SDFGError(
            f"{os.fspath(path)}: not a saved torch.export program ({error})\n"
            "hint: write it with torch.export.save(torch.export.export(model, inputs), path)"
        ) from error
    return import_exported(program, time_limit=time_limit)


def import_graph(graph_module: GraphModule, *, time_limit: float = 600.0) -> ImportedModel:
    """
    A functional ATen graph, as AOTAutograd hands it to a backend.

    All placeholders stay arguments, in order; `torch.SymInt`s among them are marked as symbols.
    Large constants that the graph holds become weights. All results must be tensors. Raises
    `SDFGError` for operators that cannot be lowered.
    """
    graph = graph_module.graph
    arguments = [
        Argument(node.name, node.meta["val"]) for node in graph.find_nodes(op="placeholder")
    ]
    with real_tensors():
        arguments += _lift_attributes(graph)
        (output,) = graph.find_nodes(op="output")
        results = [Argument(f"output_{k}", r.meta["val"]) for k, r in enumerate(output.args[0])]
        names = SymbolNames({}, told_by(argument.value for argument in arguments))
        return _finish(graph, arguments, results, names, time_limit)


def _refuse_mutation(program: ExportedProgram) -> None:
    signature = program.graph_signature
    changed = [*signature.buffers_to_mutate.values(), *signature.user_inputs_to_mutate.values()]
    if changed:
        raise SDFGError(
            f"the model changes {', '.join(map(repr, changed))} while it runs\n"
            "hint: export it in evaluation mode (`model.eval()`), and return new state as an output"
        )


def _refuse_effects(graph: Graph) -> None:
    effects = graph.find_nodes(op="call_function", target=with_effects)
    if effects:
        lines = [
            f"  {place_of(n)}: '{n.args[1]}' has an effect beyond its results" for n in effects
        ]
        raise SDFGError("\n".join(["the model cannot be imported", *lines]))


def _dimension_names(program: ExportedProgram, dynamic_shapes: Any) -> dict[str, str]:
    """PyTorch's symbols to the names of the user's dimensions."""
    if dynamic_shapes is None:
        return {}
    values = {node.name: node.meta["val"] for node in program.graph.find_nodes(op="placeholder")}
    leaves = [values.get(name) for name in map(str, program.graph_signature.user_inputs)]
    structure = program.call_spec.in_spec
    assert structure is not None
    positional, keywords = pytree.tree_unflatten(leaves, structure)
    if isinstance(dynamic_shapes, dict):
        by_name = dict(zip(cast(dict[str, Any], dynamic_shapes), positional, strict=False))
        return given_names(by_name | keywords, dynamic_shapes)
    return given_names(positional, dynamic_shapes)


def _bind(program: ExportedProgram) -> list[Argument]:
    """
    Order the placeholders as inputs, then weights in use, and say what each is.

    Of weights that share their storage the first one serves for all; small constants move into
    the graph, and small results that follow from weights alone are computed.
    """
    graph = program.graph
    nodes = {node.name: node for node in graph.find_nodes(op="placeholder")}
    inputs: dict[Node, Argument] = {}
    weights: dict[Node, Argument] = {}
    first_of: dict[object, Node] = {}
    for spec in program.graph_signature.input_specs:
        node = nodes[spec.arg.name]
        value = node.meta["val"]
        if spec.kind == InputKind.USER_INPUT:
            inputs[node] = Argument(node.name, value)
            continue
        assert spec.target is not None
        data = _data_of(program, spec.kind, spec.target)
        if spec.kind == InputKind.CONSTANT_TENSOR and data.numel() < INLINE_ELEMENTS:
            _inline(program.graph_module, node, data)
            continue
        shared = first_of.setdefault(_identity(data), node)
        if shared is not node:
            node.replace_all_uses_with(shared)
        weights[node] = Argument(spec.target, value, data)
    for node, argument in list(inputs.items()):
        if not node.users and not isinstance(argument.value, Tensor):
            del inputs[node]
            graph.erase_node(node)
    known = {node: data for node, a in weights.items() if (data := a.weight) is not None}
    kept = inputs | {
        node: weights.get(node) or Argument(str(node.target), data, data)
        for node, data in fold_weights(graph, known).items()
    }
    _reorder(graph, kept)
    return list(kept.values())


def _data_of(program: ExportedProgram, kind: InputKind, target: str) -> Tensor:
    """The tensor behind a parameter, buffer or constant."""
    stores = (
        (program.constants, program.state_dict)
        if kind == InputKind.CONSTANT_TENSOR
        else (program.state_dict, program.constants)
    )
    for store in stores:
        if isinstance(data := store.get(target), Tensor):
            return data.detach()
    raise SDFGError(f"the exported program has no data for {kind.name.lower()} '{target}'")


def _identity(data: Tensor) -> object:
    """Equal for tensors that are the same view of the same memory."""
    if data.numel() == 0:
        return id(data)
    return data.data_ptr(), data.dtype, tuple(data.shape), tuple(data.stride())


def _inline(module: GraphModule, placeholder: Node, data: Tensor) -> None:
    """Make `placeholder` an attribute of its graph."""
    graph, name = module.graph, f"_inline_{placeholder.name}"
    module.register_buffer(name, data)
    with graph.inserting_after(placeholder):
        attribute = graph.get_attr(name)
    attribute.meta = dict(placeholder.meta)
    placeholder.replace_all_uses_with(attribute)
    graph.erase_node(placeholder)


def _reorder(graph: Graph, placeholders: Iterable[Node]) -> None:
    """Put `placeholders` in this order at the start of `graph`."""
    for node in reversed(list(placeholders)):
        first = next(iter(graph.nodes))
        if first is not node:
            first.prepend(node)


def _keep_tensors(program: ExportedProgram) -> list[Argument]:
    """Reduce the outputs of `program` to its tensors, and name them."""
    (output,) = program.graph.find_nodes(op="output")
    structure = program.call_spec.out_spec
    assert structure is not None
    tree = pytree.tree_unflatten(list(range(structure.num_leaves)), structure)
    paths, _ = pytree.tree_flatten_with_path(tree)
    kept: list[Node] = []
    results: list[Argument] = []
    for (path, _), spec, node in zip(
        paths, program.graph_signature.output_specs, output.args[0], strict=True
    ):
        if spec.kind == OutputKind.USER_OUTPUT and isinstance(_value(node), Tensor):
            kept.append(node)
            results.append(Argument(_path_name(path), node.meta["val"]))
    output.args = (tuple(kept),)
    return results


def _path_name(path: Iterable[Any]) -> str:
    """`output_1_logits` for the place `[1]["logits"]` in a nested output."""
    keys = [
        getattr(key, field)
        for key in path
        for field in ("key", "idx", "name")
        if hasattr(key, field)
    ]
    return "_".join(["output", *map(str, keys)])


def _lift_attributes(graph: Graph) -> list[Argument]:
    """Turn the large tensors that `graph` holds into trailing arguments."""
    arguments: list[Argument] = []
    last: Node | None = next(reversed(list(graph.find_nodes(op="placeholder"))), None)
    by_name: dict[str, Node] = {}
    for node in list(graph.find_nodes(op="get_attr")):
        target = str(node.target)
        data = attribute(graph, target)
        if not isinstance(data, Tensor) or data.numel() < INLINE_ELEMENTS:
            continue
        if target not in by_name:
            with graph.inserting_after(last) if last else graph.inserting_before():
                last = graph.placeholder(target.replace(".", "_"))
            last.meta = {"val": node.meta.get("val", data)}
            by_name[target] = last
            arguments.append(Argument(target, data, data.detach()))
        node.replace_all_uses_with(by_name[target])
        graph.erase_node(node)
    return arguments


def _value(node: Any) -> Any:
    """What tracing saw for `node`, or the constant that stands in its place."""
    return node.meta["val"] if isinstance(node, Node) else node


def _finish(
    graph: Graph,
    arguments: list[Argument],
    results: list[Argument],
    names: SymbolNames,
    time_limit: float,
) -> ImportedModel:
    """Lower the graph natively, and write the interface into the function's attributes."""
    fold_constants(graph)
    widen(graph)
    text = lower_to_linalg(NativeJob("torch", to_bytecode(graph), time_limit))
    module = parse_linalg(text)
    function = main_of(module)
    if isinstance(function.location, NameLoc):
        function.location = cast(LocationAttr, function.location.location)
    for parameter, argument in zip(function.args, arguments, strict=True):
        parameter.location = NameLoc(StringAttr(argument.name), NoneAttr())
    function.arg_attrs = ArrayAttr([_describe(argument, names) for argument in arguments])
    function.res_attrs = ArrayAttr([_describe(result, names, new=False) for result in results])
    module.verify()
    weights = {a.name: as_array(a.weight) for a in arguments if a.weight is not None}
    return ImportedModel(module, Weights.of(weights))


def main_of(module: ModuleOp) -> FuncOp:
    """The function that an imported module holds."""
    return next(op for op in module.ops if isinstance(op, FuncOp) and op.sym_name.data == "main")


_ELEMENTS: Mapping[Any, str] = {
    kind: str(kind).removeprefix("torch.")
    for kind in (torch.uint8, torch.uint16, torch.uint32, torch.uint64)
}
"""Types whose tensors look signless in linalg; the interface must still say what they are."""


def _describe(argument: Argument, names: SymbolNames, *, new: bool = True) -> DictionaryAttr:
    attributes: dict[str, Attribute] = {"sdfg.name": StringAttr(argument.name)}
    value = argument.value
    if element := _ELEMENTS.get(getattr(value, "dtype", None)):
        attributes["sdfg.element"] = StringAttr(element)
    if argument.weight is not None:
        attributes["sdfg.constant"] = UnitAttr()
    elif is_symbolic(value) and (symbol := names.expression(value)) and symbol.is_Symbol:
        attributes["sdfg.symbol"] = StringAttr(str(symbol))
    elif isinstance(value, Tensor) and any(map(is_symbolic, value.shape)):
        shape = names.shape(value.shape, new=new)
        if shape is not None:
            attributes["sdfg.shape"] = ArrayAttr([StringAttr(size) for size in shape])
    return DictionaryAttr(attributes)


def as_array(tensor: Tensor) -> np.ndarray[Any, Any]:
    """
    The memory of a CPU tensor as a NumPy array, copied only if it is not contiguous.

    Types that NumPy lacks (bfloat16 and the 8-bit floats) arrive as those of `ml_dtypes`.
    """
    data = tensor.detach().cpu().contiguous()
    if data.dtype in _EXTENDED:
        container, dtype = _EXTENDED[data.dtype]
        return data.view(container).numpy().view(dtype)
    return data.numpy()


_EXTENDED = {
    torch.bfloat16: (torch.int16, ml_dtypes.bfloat16),
    torch.float8_e4m3fn: (torch.uint8, ml_dtypes.float8_e4m3fn),
    torch.float8_e5m2: (torch.uint8, ml_dtypes.float8_e5m2),
}
