"""
Computes what follows from constants with PyTorch.

torch-mlir folds such operations too, and wrongly: `torch.full((3,), -7) % 3` becomes -1, and
quotients of integer constants become noise.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.fx import Graph, Node

from sdfg.lowering.frontend.torch_bindings import aten, is_symbolic
from sdfg.lowering.frontend.torch_fold import attribute, evaluate, foldable

LARGEST_RESULT = 1 << 22
"""Elements. Larger tensors are not computed, even if all elements are one number."""

LARGEST_LITERAL = 64
"""Elements of a constant that is written out, where they are not all one number."""

FILLS: Mapping[Any, Callable[[Any], Any]] = {
    aten.full.default: lambda args: args[1],
    aten.full_like.default: lambda args: args[1],
    aten.new_full.default: lambda args: args[2],
    aten.ones.default: lambda _: 1,
    aten.ones_like.default: lambda _: 1,
    aten.scalar_tensor.default: lambda args: args[0],
    aten.zeros.default: lambda _: 0,
    aten.zeros_like.default: lambda _: 0,
}
"""Operators whose result holds one number everywhere, and that number by their arguments."""


def fold_constants(graph: Graph) -> None:
    """
    Evaluate operations on numbers and small tensors that `graph` holds, in place.

    ```
    full([3], -7) % 3  ->  full([3], 2)
    ```

    Results become one number everywhere, or a literal of few elements; others stay operations, and
    so does what is cheap to make anew, such as counting. Linear in the size of the graph.
    """
    known: dict[Node, Any] = {}
    folded: set[Node] = set()
    for node in graph.nodes:
        if (constant := _constant(graph, node)) is not None:
            known[node] = constant
        elif foldable(node, known) and _fits(node):
            value = evaluate(node, known)
            if _uniform(value) or value.numel() < LARGEST_LITERAL:
                known[node] = value
                folded.add(node)
    for node in folded:
        if any(user not in folded for user in node.users):
            _replace(graph, node, known[node])
    graph.eliminate_dead_code()


def _constant(graph: Graph, node: Node) -> Tensor | None:
    """The value of a node that is one from the start."""
    if node.op == "get_attr":
        value = attribute(graph, str(node.target))
        return value if isinstance(value, Tensor) and value.numel() < LARGEST_LITERAL else None
    if node.target not in FILLS or not _fits(node):
        return None
    number = FILLS[node.target](node.args)
    if not isinstance(number, bool | int | float):
        return None
    seen = node.meta["val"]
    return torch.full((), number, dtype=seen.dtype).expand(seen.shape)


def _fits(node: Node) -> bool:
    seen = node.meta.get("val")
    if not isinstance(seen, Tensor) or any(map(is_symbolic, seen.shape)):
        return False
    return 0 < seen.numel() <= LARGEST_RESULT


def _uniform(value: Tensor) -> bool:
    first = value.flatten()[:1]
    return bool((value == first).all()) or bool(value.isnan().all())


def _replace(graph: Graph, node: Node, value: Tensor) -> None:
    with graph.inserting_before(node):
        if _uniform(value) and not value.is_complex():
            number = value.flatten()[0].item()
            shape = list(value.shape)
            constant = graph.call_function(
                aten.full.default, (shape, number), {"dtype": value.dtype, "device": value.device}
            )
        else:
            name = f"_folded_{node.name}"
            module: Any = graph.owning_module
            module.register_buffer(name, value.contiguous())
            constant = graph.get_attr(name)
    constant.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
    node.replace_all_uses_with(constant)
    graph.erase_node(node)
