"""
Which operators of a graph PyTorch has to run.

Of some that is clear beforehand: they draw random numbers, their results have sizes that depend on
data, their tensors are of a kind that has no memory as an array. All others are tried, together.
Errors name the operators that have no lowering; where an error does not, halves of the graph are
tried until one operator is left. What was found is remembered while the process lives.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import getitem
from typing import Any

import torch
from torch import SymBool, SymFloat, Tensor
from torch._guards import detect_fake_mode
from torch._ops import OpOverload
from torch.fx import Graph, Node
from torch.fx.experimental.symbolic_shapes import free_unbacked_symbols

from sdfg.lowering.frontend.torch_bindings import aten, pytree
from sdfg.lowering.frontend.torch_fx import place_of
from sdfg.tools.torch_parts import Part, is_arithmetic, is_effect, is_random, is_tensor

_NAMED = re.compile(
    r"^\s*(?:model: )?(.*?): (unsupported op )?'(?:torch\.)?((?:aten|prims)\.[\w.]+)'(.*)$",
    re.MULTILINE,
)
"""A line of an error that names an operator: its place, its name, what is wrong."""


@dataclass(frozen=True)
class Stay:
    """Why PyTorch runs an operator."""

    reason: str
    by_design: bool = False
    """Whether it has to be so: there is nothing to remark."""


_BORDERS = (
    aten.clone.default,
    aten.lift_fresh_copy.default,
    aten.view_as_complex.default,
    aten.view_as_real.default,
)
"""What `split_complex` leaves around the operators that it does not replace."""

_remembered: dict[object, Stay] = {}
"""What was found by trial, by `_signature`."""


def stays(graph: Graph) -> dict[Node, Stay]:
    """The operators of `graph` that PyTorch has to run, as far as it is known now."""
    found = {node: _known(node) for node in graph.nodes if node.op == "call_function"}
    return {node: stay for node, stay in found.items() if stay is not None}


def complete(graph: Graph) -> None:
    """Trace the nodes of `graph` that PyTorch has put there after it had traced the others."""
    values = [node.meta.get("val") for node in graph.nodes]
    missing = [n for n in graph.nodes if n.op == "call_function" and "val" not in n.meta]
    fake: Any = detect_fake_mode([value for value in values if isinstance(value, Tensor)])
    for node in missing if fake else ():
        sources = {source: source.meta.get("val") for source in node.all_input_nodes}
        if any(value is None for value in sources.values()):
            continue
        target: Any = node.target
        arguments, keywords = pytree.tree_map_only(Node, sources.get, (node.args, node.kwargs))
        with fake:
            node.meta["val"] = target(*arguments, **keywords)


def _known(node: Node) -> Stay | None:
    target: Any = node.target
    if target is getitem:
        return None
    if target in _BORDERS and _unlike_arrays(node) is not None:
        return Stay("turns complex numbers into pairs", by_design=True)
    if is_random(node):
        return Stay("draws random numbers", by_design=True)
    if not isinstance(target, OpOverload):
        return Stay("is no operator of ATen") if is_effect(node) else None
    if node.meta.get("val", node) is None or "assert" in target.name():
        return Stay("checks", by_design=True)
    if is_effect(node):
        return Stay("is no operator of ATen")
    if torch.Tag.data_dependent_output in target.tags:
        return Stay("reads a number out of a tensor")
    if torch.Tag.dynamic_output_shape in target.tags and _counts(node):
        return Stay("makes a tensor whose size depends on data")
    return _unlike_arrays(node) or _remembered.get(_signature(node))


def _counts(node: Node) -> bool:
    """Whether `node` makes a tensor of a size that tracing did not know."""
    results = pytree.tree_leaves(node.meta.get("val"))
    return any(free_unbacked_symbols(x) for x in results if isinstance(x, Tensor))


def _unlike_arrays(node: Node) -> Stay | None:
    """Why the operands and results of `node` cannot be handed to a compiled program."""
    if any("val" not in source.meta for source in node.all_input_nodes):
        return Stay("takes what tracing has not seen")
    if any(_is_number(source) for source in node.all_input_nodes):
        return Stay("takes a number that is known at run time only")
    values = [source.meta.get("val") for source in (*node.all_input_nodes, node)]
    for value in pytree.tree_leaves(values):
        if not isinstance(value, Tensor):
            continue
        if value.device.type != "cpu":
            return Stay(f"works on {value.device}")
        if value.layout != torch.strided or value.is_quantized:
            return Stay(f"works on {value.layout} or quantized tensors")
        if value.is_complex():
            return Stay("works on complex numbers")
    return None


def _is_number(node: Node) -> bool:
    """Whether `node` is a number with a point, or a truth value, that no sizes tell."""
    if not isinstance(node.meta.get("val"), SymFloat | SymBool | float):
        return False
    return not is_arithmetic(node) or any(map(_is_number, node.all_input_nodes))


def _signature(node: Node) -> object:
    """What decides whether `node` has a lowering."""

    def kind(argument: Any) -> object:
        if not isinstance(argument, Node):
            return repr(argument)
        value: object = argument.meta.get("val")
        return (value.dtype, value.dim()) if isinstance(value, Tensor) else type(value).__name__

    leaves, structure = pytree.tree_flatten((node.args, node.kwargs))
    return str(node.target), str(structure), tuple(map(kind, leaves))


def given_up(part: Part, error: Exception) -> dict[Node, Stay]:
    """All operators of `part`, where looking for those that are to blame has taken too long."""
    stay = Stay(_summary(error))
    return {node: stay for node in part.nodes if isinstance(node.target, OpOverload)}


def blamed(part: Part, error: Exception, fails: Callable[[Part], bool]) -> dict[Node, Stay]:
    """
    The operators of `part` that are to blame for `error`, and remember them.

    `fails` tries another part. Logarithmic in the size of `part`, where the error names nothing.
    """
    operators = [node for node in part.nodes if isinstance(node.target, OpOverload)]
    found = _named(operators, str(error))
    if not found:
        found = {_first_failing(part, fails): Stay(_summary(error))}
    for node, stay in found.items():
        _remembered[_signature(node)] = stay
    return found


def _named(operators: Iterable[Node], message: str) -> dict[Node, Stay]:
    found: dict[Node, Stay] = {}
    for place, unsupported, name, rest in _NAMED.findall(message):
        called = [node for node in operators if _is_called(node, name)]
        stay = Stay("has no lowering" if unsupported else rest.strip())
        for node in [node for node in called if place_of(node) == place] or called:
            found[node] = stay
    return found


def _is_called(node: Node, name: str) -> bool:
    return name in (full := str(node.target), full.removesuffix(".default"))


def _first_failing(part: Part, fails: Callable[[Part], bool]) -> Node:
    """The operator with which the first operators of `part` begin to fail."""
    low, high = 0, len(part.nodes)
    while high - low > 1:
        middle = (low + high) // 2
        first = part.first(middle)
        if first.outputs and fails(first):
            high = middle
        else:
            low = middle
    node = part.nodes[high - 1]
    if node.target is getitem or not is_tensor(node):
        return next((n for n in node.all_input_nodes if n in part.nodes), node)
    return node


def _summary(error: Exception) -> str:
    """What `error` says, without the hint, in one line."""
    lines = [line for line in str(error).splitlines() if not line.startswith("hint:")]
    return "leads to this error: " + " ".join(line.strip() for line in lines)


def told(stays: Mapping[Node, Stay]) -> str:
    """What is not compiled though it could be: a line for each operator. Empty if there is none."""
    lines: dict[str, str] = {}
    for node, stay in stays.items():
        if not stay.by_design:
            lines.setdefault(str(node.target), f"  {place_of(node)}: '{node.target}' {stay.reason}")
    return "\n".join(lines.values())
