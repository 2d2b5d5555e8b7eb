"""Computes at compile time what follows from weights alone, where the result is small."""

import operator
from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.fx import Graph, Node

from sdfg.lowering.frontend.torch_bindings import pytree
from sdfg.lowering.frontend.torch_fx import layer_of

LARGEST_RESULT = 1 << 16
"""Elements. Larger results (a transposed weight matrix) would only multiply the weights' size."""


def fold_weights(graph: Graph, weights: Mapping[Node, Tensor]) -> dict[Node, Tensor]:
    """
    Evaluate operations on `weights` with PyTorch; remove what nothing reads any more.

    ```
    rsqrt(variance + eps) * gain  ->  one new weight for each channel
    ```

    `weights` are placeholders of `graph` with their data. Returns the placeholders
    that hold weights afterwards, in order: those still in use, then one for each folded result
    that the remaining graph reads. Linear in the size of the graph.
    """
    values: dict[Node, Any] = dict(weights)
    for node in graph.find_nodes(op="get_attr"):
        values[node] = attribute(graph, str(node.target))
    known = set(values)
    for node in graph.nodes:
        if node not in values and foldable(node, values):
            result = evaluate(node, values)
            if _small(result):
                values[node] = result
    folded = values.keys() - known
    frontier = [
        node
        for node in graph.nodes
        if node in folded and any(user not in folded for user in node.users)
    ]
    added = _as_placeholders(graph, frontier, values, behind=list(weights))
    graph.eliminate_dead_code()
    kept = {node: data for node, data in weights.items() if node.users}
    for node in weights.keys() - kept.keys():
        graph.erase_node(node)
    return kept | added


def foldable(node: Node, values: Mapping[Node, Any]) -> bool:
    """Whether `node` computes the same in every run, from known values only."""
    if node.op != "call_function" or not node.all_input_nodes:
        return False
    target: Any = node.target
    if target is not operator.getitem:
        if not isinstance(target, OpOverload) or node.is_impure():
            return False
        if torch.Tag.nondeterministic_seeded in cast(Any, target).tags:
            return False
    return all(source in values for source in node.all_input_nodes)


def evaluate(node: Node, values: Mapping[Node, Any]) -> Any:
    """What `node` computes, where `values` holds its inputs."""

    def value(argument: Any) -> Any:
        return values[argument] if isinstance(argument, Node) else argument

    function: Any = node.target
    arguments, keywords = pytree.tree_map_only(Node, value, (node.args, node.kwargs))
    with torch.no_grad():
        return function(*arguments, **keywords)


def _small(result: Any) -> bool:
    leaves: Iterable[Any] = pytree.tree_leaves(result)
    return all(isinstance(x, Tensor) and x.numel() <= LARGEST_RESULT for x in leaves)


def _as_placeholders(
    graph: Graph, nodes: Iterable[Node], values: Mapping[Node, Any], *, behind: list[Node]
) -> dict[Node, Tensor]:
    """Replace each of `nodes` by a new placeholder behind those in `behind`."""
    added: dict[Node, Tensor] = {}
    last = behind[-1] if behind else None
    for node in nodes:
        if last is None or not isinstance(data := values[node], Tensor):
            continue
        with graph.inserting_after(last):
            last = graph.placeholder(node.name)
        last.target = ".".join(filter(None, (layer_of(node), node.name)))
        last.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
        node.replace_all_uses_with(last)
        added[last] = data.contiguous()
    return added


def attribute(graph: Graph, target: str) -> Any:
    """What `graph` holds under the dotted path `target`."""
    value: Any = graph.owning_module
    for part in target.split("."):
        value = getattr(value, part)
    return value
