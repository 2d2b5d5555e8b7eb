"""A walk through an ONNX graph that knows what its sequences and optionals hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import numpy as np
import onnx
import onnx.shape_inference
from numpy.typing import NDArray
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TypeProto, helper, numpy_helper

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.onnx_evaluate import evaluate_node
from sdfg.lowering.frontend.onnx_load import label, nodes

Array = NDArray[Any]
Held: TypeAlias = "str | tuple[Held, ...] | None"
"""What a value of the graph is: the name of a tensor, a sequence, or an empty optional."""

STRUCTURED = frozenset(
    "SequenceEmpty SequenceConstruct SequenceInsert SequenceErase SequenceAt SequenceLength "
    "SequenceMap SplitToSequence ConcatFromSequence Optional OptionalGetElement "
    "OptionalHasElement".split()
)
_LARGEST_KNOWN = 1 << 12
"""Elements of a value that decisions may be made from."""
_LARGEST_DECISION = 64
"""Elements of an input whose values a model may be compiled for."""


class NeedsInputs(SDFGError):
    """Inputs decide structure; `names` are those whose structure or values must be known."""

    def __init__(self, message: str, names: frozenset[str]) -> None:
        super().__init__(message)
        self.names = names


def is_structured(kind: TypeProto) -> bool:
    """Whether a type is none of tensors."""
    return kind.WhichOneof("value") in ("sequence_type", "optional_type")


@dataclass
class Resolver:
    """Walks through a graph in order; what it emits reads and writes tensors only."""

    model: ModelProto
    handlers: "Mapping[str, Handler]"
    emitted: list[NodeProto] = field(default_factory=list[NodeProto])
    inputs: list[Any] = field(default_factory=list[Any])
    outputs: list[Any] = field(default_factory=list[Any])
    initializers: list[Any] = field(default_factory=list[Any])
    types: dict[str, TypeProto] = field(default_factory=dict[str, TypeProto])
    known: dict[str, Array] = field(default_factory=dict[str, Array])
    sources: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """The inputs of the model that a tensor is computed from."""
    taken: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        for graph_ in _graphs(self.model.graph):
            self.taken |= {name for node in graph_.node for name in (*node.input, *node.output)}
            self.taken |= {v.name for v in [*graph_.input, *graph_.output, *graph_.initializer]}

    # Inputs and outputs

    def take_input(
        self, value: Any, given: Mapping[str, Any], sizes: Mapping[str, tuple[int, ...]]
    ) -> Held:
        """What an input is, of a type that tensors have or of the structure of what is given."""
        name: str = value.name
        if not is_structured(value.type):
            if name in given:
                self.constant(np.asarray(given[name]), name)
                return name
            kind = value.type
            if name in sizes and kind.WhichOneof("value") == "tensor_type":
                kind = helper.make_tensor_type_proto(kind.tensor_type.elem_type, sizes[name])
            return self._input(name, kind, name)
        if name not in given:
            kind = value.type.WhichOneof("value").removesuffix("_type")
            message = f"input '{name}': what the {kind} holds must be known"
            hint = "\nhint: use the ONNX backend, which compiles for the inputs that it is given"
            raise NeedsInputs(message + hint, frozenset({name}))
        return self._structured(name, given[name], name)

    def _structured(self, name: str, value: Any, source: str) -> Held:
        if value is None:
            return None
        if isinstance(value, list | tuple):
            items = enumerate(cast(Sequence[Any], value))
            return tuple(self._structured(f"{name}.{k}", item, source) for k, item in items)
        array: Array = np.asarray(value)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        return self._input(name, helper.make_tensor_type_proto(kind, array.shape), source)

    def _input(self, name: str, kind: TypeProto, source: str) -> str:
        name = name if name == source else self.fresh(name)
        self.inputs.append(helper.make_value_info(name, kind))
        self.types[name], self.sources[name] = kind, frozenset({source})
        return name

    def take_initializers(self, graph: GraphProto, rename: Mapping[str, str] | None = None) -> None:
        """Make the constants of a graph constants of the result."""
        for tensor in graph.initializer:
            copy = onnx.TensorProto()
            copy.CopyFrom(tensor)
            copy.name = (rename or {}).get(tensor.name, tensor.name)
            self.initializers.append(copy)
            self.types[copy.name] = helper.make_tensor_type_proto(copy.data_type, list(copy.dims))
            self.sources[copy.name] = frozenset()
            stored = copy.data_location != onnx.TensorProto.EXTERNAL
            if stored and np.prod(copy.dims, dtype=np.int64) <= _LARGEST_KNOWN:
                self.known[copy.name] = numpy_helper.to_array(copy)

    def give_output(self, held: Held, value: Any) -> Held:
        """Make what an output of the model holds outputs of the result."""
        if isinstance(held, str) and not is_structured(value.type):
            if held != value.name:
                self.emit("Identity", [held], value.name)
            self.outputs.append(value)
            return value.name
        return self._give(held, value.name)

    def _give(self, held: Held, name: str) -> Held:
        if held is None:
            return None
        if isinstance(held, tuple):
            return tuple(self._give(item, f"{name}.{k}") for k, item in enumerate(held))
        result = self.emit("Identity", [held], self.fresh(f"{name}.value"))
        self.outputs.append(helper.make_value_info(result, self.types.get(held, TypeProto())))
        return result

    def is_static(self, held: Held) -> bool:
        """Whether an input's value has been given."""
        return isinstance(held, str) and not any(value.name == held for value in self.inputs)

    # Tensors

    def fresh(self, name: str) -> str:
        """A name like `name` that no other value has."""
        found, number = name, 0
        while found in self.taken:
            number += 1
            found = f"{name}.{number}"
        self.taken.add(found)
        return found

    def constant(self, value: Array, name: str | None = None) -> str:
        """A known tensor."""
        name = self.fresh("known") if name is None else name
        self.initializers.append(numpy_helper.from_array(value, name))
        kind = helper.np_dtype_to_tensor_dtype(value.dtype)
        self.types[name] = helper.make_tensor_type_proto(kind, value.shape)
        self.known[name], self.sources[name] = value, frozenset()
        return name

    def emit(
        self, op_type: str, operands: list[str], result: str | None = None, **attributes: Any
    ) -> str:
        """The result of a new node."""
        result = self.fresh(f"{op_type}.value") if result is None else result
        self.append(helper.make_node(op_type, operands, [result], **attributes))
        return result

    def append(self, node: NodeProto) -> None:
        """A node over tensors; what it computes is known at once if its operands are."""
        self.emitted.append(node)
        read = [name for name in _names_read(node) if name in self.sources]
        source = frozenset[str]().union(*(self.sources[name] for name in read))
        self.types.update(evaluate_types(self.model, node, self.types, self.known))
        values = evaluate_node(self.model, node, self.known, self.shape)
        for name, value in zip(node.output, values or (), strict=False):
            if name and value.size <= _LARGEST_KNOWN:
                self.known[name] = value
        for name in filter(None, node.output):
            self.sources[name] = source

    def shape(self, name: str) -> list[int] | None:
        """The sizes of a tensor if all are known."""
        kind = self.types.get(name)
        if kind is None or not kind.tensor_type.HasField("shape"):
            return None
        dims = kind.tensor_type.shape.dim
        return [d.dim_value for d in dims] if all(d.HasField("dim_value") for d in dims) else None

    def value(self, name: str, what: str, node: NodeProto) -> Array:
        """The value of a tensor that decides structure, `what` says of which."""
        if name in self.known:
            return self.known[name]
        message = f"{label(node)}: {what} of '{node.op_type}' is decided by data"
        sources = self.sources.get(name, frozenset())
        if not sources or not all(map(self._may_decide, sources)):
            raise SDFGError(message)
        inputs = ", ".join(f"'{s}'" for s in sorted(sources))
        raise NeedsInputs(f"{message}: the value of {inputs} must be known", sources)

    def _may_decide(self, name: str) -> bool:
        """Whether an input is a few integers or truths, so that compiling for them is sensible."""
        kind, shape = self.types.get(name), self.shape(name)
        if kind is None or shape is None or np.prod(shape) > _LARGEST_DECISION:
            return False
        dtype = helper.tensor_dtype_to_np_dtype(kind.tensor_type.elem_type)
        return np.issubdtype(dtype, np.integer) or dtype == np.bool_

    # Graphs

    def run(self, graph: GraphProto, scope: dict[str, Held], prefix: str) -> None:
        """Resolve all nodes; what they compute is entered into `scope` by the graph's names."""
        for tensor in graph.initializer:
            scope.setdefault(tensor.name, tensor.name)
        for node in graph.node:
            self._resolve(node, scope, prefix)

    def _resolve(self, node: NodeProto, scope: dict[str, Held], prefix: str) -> None:
        handler = self.handlers.get(node.op_type)
        if handler is not None:
            results = handler(self, node, scope)
            if results is not None:
                for name, held in zip(node.output, results, strict=False):
                    if name:
                        scope[name] = held
                return
        self.append(self.renamed(node, scope, prefix))

    def renamed(self, node: NodeProto, scope: dict[str, Held], prefix: str) -> NodeProto:
        """The node over tensors as they are called now; its results get names in `scope`."""
        for name in filter(None, node.output):
            scope[name] = self.fresh(f"{prefix}{name}") if prefix else name
        new = NodeProto()
        new.CopyFrom(node)
        self._rename(new, scope)
        return new

    def _rename(self, node: NodeProto, scope: Mapping[str, Held]) -> None:
        for names in (node.input, node.output):
            for k, name in enumerate(names):
                held = scope.get(name, name)
                if not isinstance(held, str):
                    raise SDFGError(
                        f"{label(node)}: '{node.op_type}' takes '{name}', which is no tensor"
                    )
                names[k] = held
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                inner = {v.name for v in [*attribute.g.input, *attribute.g.initializer]}
                inner |= {name for part in attribute.g.node for name in part.output}
                outer = {name: held for name, held in scope.items() if name not in inner}
                for part in attribute.g.node:
                    self._rename(part, outer)
                for value in attribute.g.output:
                    held = outer.get(value.name, value.name)
                    value.name = held if isinstance(held, str) else value.name

    def inline(self, graph: GraphProto, scope: Mapping[str, Held], prefix: str) -> list[Held]:
        """The results of a nested graph, whose nodes become nodes here."""
        inner = dict(scope)
        names = {t.name: self.fresh(f"{prefix}{t.name}") for t in graph.initializer}
        self.take_initializers(graph, names)
        inner |= names
        self.run(graph, inner, prefix)
        return [inner[value.name] for value in graph.output]


Handler = Callable[[Resolver, NodeProto, dict[str, Held]], list[Held] | None]
"""What the results of a node are; None if the node may stay as it is."""


def evaluate_types(
    model: ModelProto, node: NodeProto, types: Mapping[str, TypeProto], known: Mapping[str, Array]
) -> dict[str, TypeProto]:
    """The types of a node's results, as far as they follow; empty for nested graphs."""
    operands = {name: types[name] for name in node.input if name in types}
    if len(operands) < len({*filter(None, node.input)}) or _has_graph(node):
        return {}
    versions = {item.domain: item.version for item in model.opset_import}
    data = {n: numpy_helper.from_array(known[n], n) for n in operands if n in known}
    try:
        schema = onnx.defs.get_schema(node.op_type, versions.get(node.domain, 1), node.domain)
        inferred = onnx.shape_inference.infer_node_outputs(
            schema, node, operands, data, opset_imports=list(model.opset_import)
        )
    except (
        onnx.defs.SchemaError,
        onnx.shape_inference.InferenceError,
        RuntimeError,
        MemoryError,  # of sizes that only a broken file has
    ):
        return {}
    return dict(inferred)


def _has_graph(node: NodeProto) -> bool:
    return any(a.type == AttributeProto.GRAPH for a in node.attribute)


def _names_read(node: NodeProto) -> Iterator[str]:
    """The values that a node reads, also within its graphs."""
    yield from filter(None, node.input)
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            for inner in attribute.g.node:
                yield from _names_read(inner)
            yield from (value.name for value in attribute.g.output)


def _graphs(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from _graphs(attribute.g)


def is_structured_graph(graph: GraphProto, scope: Mapping[str, Held]) -> bool:
    """Whether a nested graph computes with something that is no tensor."""
    values = [*graph.input, *graph.output]
    if any(is_structured(value.type) for value in values):
        return True
    if any(node.op_type in STRUCTURED for node in nodes(graph)):
        return True
    return any(
        not isinstance(scope.get(name, name), str)
        for part in graph.node
        for name in _names_read(part)
    )


def attributes_of(node: NodeProto) -> dict[str, Any]:
    """The attributes given, as Python values."""
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}
