"""Random ONNX models, as cases that can be judged and made smaller."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, ValueInfoProto, helper, numpy_helper
from unit.choices import Choices, Seeded, chance, pick

from fuzz import ops_elementwise, ops_reductions, ops_shapes, ops_windows
from fuzz.builder import Array, Builder, Rejected
from fuzz.evaluation import IR_VERSION, constants_of, evaluate, names_read

MAKERS = tuple(
    maker
    for module in (ops_elementwise, ops_shapes, ops_reductions, ops_windows)
    for weight, maker in module.MAKERS
    for _ in range(weight)
)
NEWEST = onnx.defs.onnx_opset_version()
OPSETS = (17, 18, 13, 21, NEWEST, *range(7, NEWEST + 1))
_ATTEMPTS = 6
"""At one node: not all that is drawn is valid."""


@dataclass(frozen=True)
class Case:
    """A valid model and what to run it on."""

    model: bytes
    inputs: tuple[dict[str, Array], ...]
    """One or several sets; sizes that the model leaves open differ between them."""

    def parsed(self) -> ModelProto:
        return ModelProto.FromString(self.model)

    def text(self) -> str:
        """As ONNX writes it, and the numbers that go in."""
        lines = [onnx.printer.to_text(self.parsed())]
        with np.printoptions(threshold=24, precision=9):
            for number, inputs in enumerate(self.inputs):
                lines += [
                    f"# {number}: {name} = {' '.join(repr(array).split())}"
                    for name, array in inputs.items()
                ]
        return "\n".join(lines)

    def smaller(self) -> "Iterator[Case]":
        """Valid cases that are simpler in one way."""
        model = self.parsed()
        names = [value.name for value in model.graph.output]
        if len(names) > 1:
            yield from (self.keeping([name]) for name in names)
        known = [evaluate(model, inputs) for inputs in self.inputs]
        for node in list(model.graph.node)[-2::-1]:
            yield from (self.keeping([name], known) for name in node.output if name)
        for node in list(model.graph.node)[:-1]:
            yield self.without({node.name}, known)
        if len(self.inputs) > 1:
            yield from (Case(self.model, (inputs,)) for inputs in self.inputs)
        elif any(d.dim_param for v in model.graph.input for d in v.type.tensor_type.shape.dim):
            yield self.rebuilt(model, names, known)

    def keeping(self, names: Sequence[str], known: Sequence[dict[str, Array]] = ()) -> "Case":
        """The part of the model behind some of its values."""
        model = self.parsed()
        known = known or [evaluate(model, inputs) for inputs in self.inputs]
        return self.rebuilt(model, names, known, symbols=True)

    def without(self, nodes: set[str], known: Sequence[dict[str, Array]] = ()) -> "Case":
        """The model with the results of some nodes, by name, as inputs."""
        model = self.parsed()
        known = known or [evaluate(model, inputs) for inputs in self.inputs]
        kept = [node for node in model.graph.node if node.name not in nodes]
        del model.graph.node[:]
        model.graph.node.extend(kept)
        made = {name for node in kept for name in node.output}
        names = [value.name for value in model.graph.output if value.name in made]
        if not names and kept:
            names = [name for name in kept[-1].output if name]
        return self.rebuilt(model, names, known, symbols=True)

    def rebuilt(
        self,
        model: ModelProto,
        names: Sequence[str],
        known: Sequence[dict[str, Array]],
        *,
        symbols: bool = False,
    ) -> "Case":
        """What of `model` the outputs `names` need, with inputs for values without a node."""
        wanted, nodes = set(names), list[Any]()
        for node in reversed(model.graph.node):
            if wanted & set(node.output):
                nodes.insert(0, node)
                wanted |= set(names_read(node))
        made = {name for node in nodes for name in node.output}
        constants = {k: v for k, v in constants_of(model.graph).items() if k in wanted}
        before = {value.name: value for value in model.graph.input}
        free = [n for n in known[0] if n in wanted and n not in made and n not in constants]
        inputs = [
            before[n] if symbols and n in before else _info(n, [values[n] for values in known])
            for n in free
        ]
        outputs = [_typed(n, known[0][n]) for n in names]
        stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
        graph = helper.make_graph(nodes, "fuzz", inputs, outputs, stored)
        opsets = list(model.opset_import)
        smaller = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        sets = tuple({n: values[n] for n in free} for values in known)
        return Case(smaller.SerializeToString(deterministic=True), sets)


def _info(name: str, arrays: Sequence[Array]) -> ValueInfoProto:
    """An input for these; sizes in which they differ are open."""
    kind = helper.np_dtype_to_tensor_dtype(arrays[0].dtype)
    sizes = [
        size if all(a.shape[k] == size for a in arrays) else f"{name}_{k}"
        for k, size in enumerate(arrays[0].shape)
    ]
    return helper.make_tensor_value_info(name, kind, sizes)


def _typed(name: str, array: Array) -> ValueInfoProto:
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(array.dtype), [None] * array.ndim
    )


def seeded_case(seed: int) -> Case:
    """The case of that seed. Raises `Rejected` if it has none."""
    return random_case(Seeded(seed))


def random_case(choices: Choices, most: int = 9) -> Case:
    """A model of up to `most` nodes. Raises `Rejected` where what was drawn is not valid."""
    opset = pick(choices, OPSETS)
    b = Builder(choices, opset, np.random.default_rng(choices.integer(0, 2**31)))
    for _ in range(choices.integer(1, most)):
        _add_node(b)
    if not any(node.op_type != "Constant" for node in b.nodes):
        raise Rejected
    return _finished(b)


def _add_node(b: Builder) -> None:
    for _ in range(_ATTEMPTS):
        before = len(b.nodes), len(b.inputs), len(b.constants), dict(b.values)
        try:
            b.pick(MAKERS)(b)
        except Rejected:
            nodes, inputs, constants, b.values = before
            del b.nodes[nodes:], b.inputs[inputs:], b.constants[constants:]
        else:
            return


def _finished(b: Builder) -> Case:
    """The graph as a valid model."""
    read = {name for node in b.nodes for name in names_read(node)}
    made = [n for node in b.nodes if node.op_type != "Constant" for n in node.output]
    unread = [name for name in made if name not in read]
    outputs = [name for name in made if name in unread or b.chance(15)]
    graph = helper.make_graph(b.nodes, "fuzz", [], [])
    opsets = [helper.make_opsetid("", b.opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    used = [name for name in b.inputs if name in read or b.chance(5)]
    sets, symbols = _input_sets(b, used)
    for name in used:
        kind = helper.np_dtype_to_tensor_dtype(b.get(name).dtype)
        sizes = symbols.get(name, list(b.get(name).shape))
        model.graph.input.append(helper.make_tensor_value_info(name, kind, sizes))
    stored = [name for name in b.constants if name in read]
    model.graph.initializer.extend(numpy_helper.from_array(b.get(n), n) for n in stored)
    model.graph.output.extend(_outputs(b, outputs, static=not symbols))
    try:
        checker: Any = onnx.checker
        checker.check_model(model, full_check=True)
    except onnx.shape_inference.InferenceError as error:  # the reference and ONNX disagree
        raise Rejected from error
    return Case(model.SerializeToString(deterministic=True), tuple(_defined(model, sets)))


def _outputs(b: Builder, names: Sequence[str], *, static: bool) -> Iterator[ValueInfoProto]:
    """Outputs with their sizes, or only with the number of these."""
    static = static and b.chance(50)
    for name in names:
        array = b.get(name)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        sizes = list(array.shape) if static else [None] * array.ndim
        yield helper.make_tensor_value_info(name, kind, sizes)


def _input_sets(
    b: Builder, names: Sequence[str]
) -> tuple[list[dict[str, Array]], dict[str, list[int | str]]]:
    """The inputs with two choices of the sizes that are open, and how those are called."""
    first = {name: b.get(name) for name in names}
    if not chance(b.choices, 45):
        return [first], {}
    symbols: dict[str, list[int | str]] = {}
    growth: dict[str, int] = {}
    second: dict[str, Array] = {}
    for name, array in first.items():
        sizes: list[int | str] = list(array.shape)
        for axis, size in enumerate(array.shape):
            if size > 1 and b.chance(50):
                symbol = f"N{size}" if b.chance(85) else f"{name}_{axis}"
                sizes[axis] = symbol
                more = growth.setdefault(symbol, b.integer(0, 3))
                array = np.take(array, [k % size for k in range(size + more)], axis)
        symbols[name], second[name] = sizes, array
    return [first, second] if any(growth.values()) else [first], symbols if growth else {}


def _defined(model: ModelProto, sets: Sequence[dict[str, Array]]) -> Iterator[dict[str, Array]]:
    """Those inputs that the model has results for."""
    for number, inputs in enumerate(sets):
        try:
            evaluate(model, inputs)
        except Exception:  # whatever the reference evaluator raises: other sizes may not fit
            if not number:
                raise Rejected from None
            continue
        yield inputs
