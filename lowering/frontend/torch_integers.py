"""
Integers of 8 and 16 bits, and unsigned ones, computed in wider signed integers.

The lowering of torch-mlir has no signs: it crashes on, or refuses, much arithmetic of 8 bits, and
divides and compares unsigned integers as if they were signed. Wider integers give the same: modulo
a power of two for sums and products, and exactly for quotients, remainders and comparisons.
"""

import operator
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.fx import Graph, Node

from sdfg.lowering.frontend.torch_bindings import aten, convert_element_type, pytree

WIDER: Mapping[torch.dtype, torch.dtype] = {
    torch.int8: torch.int32,
    torch.uint8: torch.int32,
    torch.int16: torch.int32,
    torch.uint16: torch.int32,
    torch.uint32: torch.int64,
}
"""Types of tensors that are kept in memory, but not computed with."""

MOVES = frozenset(
    {
        aten.alias.default,
        aten.as_strided.default,
        aten.cat.default,
        aten.clone.default,
        aten.copy.default,
        aten.detach.default,
        aten.empty.memory_format,
        aten.empty_strided.default,
        aten.expand.default,
        aten.flip.default,
        aten.gather.default,
        aten.index.Tensor,
        aten.index_select.default,
        aten.lift_fresh_copy.default,
        aten.permute.default,
        aten.repeat.default,
        aten.select.int,
        aten.select_scatter.default,
        aten.slice.Tensor,
        aten.slice_scatter.default,
        aten.split.Tensor,
        aten.split_with_sizes.default,
        aten.squeeze.default,
        aten.squeeze.dim,
        aten.squeeze.dims,
        aten.t.default,
        aten.transpose.int,
        aten.unsqueeze.default,
        aten.view.default,
        aten._unsafe_view.default,
        aten._assert_tensor_metadata.default,
    }
)
"""Operators that only move elements; they do so in any type."""


def widen_integers(graph: Graph) -> None:
    """
    Compute with the types of `WIDER`, in place, as in C: between conversions.

    ```
    %q = div(%a : uint8, %b : uint8, rounding_mode="floor")
    ->
    %q = convert(div(convert(%a, int32), convert(%b, int32), rounding_mode="floor"), uint8)
    ```

    Values that overflow the wider type have wrapped to the same bits. Linear in the graph's size.
    """
    casts: dict[tuple[Node, torch.dtype], Node] = {}
    for node in list(graph.nodes):
        if isinstance(node.target, OpOverload) and _computes(node):
            _widen_operands(node, casts)
            _narrow_results(node)


def _computes(node: Node) -> bool:
    """Whether elements of narrow types are changed by `node`, or come from it."""
    types = {dtype for value in _tensors(node) if (dtype := value.dtype) in WIDER}
    types |= {leaf for leaf in _leaves(node) if leaf in WIDER}
    if not types:
        return False
    converts = node.target is convert_element_type and node.args[1] in WIDER
    if converts and _value(node.args[0]).dtype == WIDER[_value(node).dtype]:
        return False
    return node.target not in MOVES or len(types) > 1


def _tensors(node: Node) -> list[Tensor]:
    """What tracing saw of all operands and results of `node` that are tensors."""
    values = pytree.tree_leaves([_value(source) for source in (*node.all_input_nodes, node)])
    return [value for value in values if isinstance(value, Tensor)]


def _leaves(node: Node) -> list[Any]:
    leaves = pytree.tree_leaves((node.args, node.kwargs))
    return [leaf for leaf in leaves if isinstance(leaf, torch.dtype)]


def _value(node: Any) -> Any:
    return node.meta.get("val")


def _widen_operands(node: Node, casts: dict[tuple[Node, torch.dtype], Node]) -> None:
    def wider(argument: Any) -> Any:
        if isinstance(argument, torch.dtype):
            return WIDER.get(argument, argument)
        value = _value(argument) if isinstance(argument, Node) else None
        if not isinstance(value, Tensor) or value.dtype not in WIDER:
            return argument
        key = (argument, WIDER[value.dtype])
        if key not in casts:
            with node.graph.inserting_before(node):
                casts[key] = _converted(argument, WIDER[value.dtype], node)
        return casts[key]

    node.args = pytree.tree_map(wider, node.args)
    node.kwargs = pytree.tree_map(wider, node.kwargs)


def _narrow_results(node: Node) -> None:
    """Convert back what the users of `node` expect to be narrow."""
    value = _value(node)
    if isinstance(value, list | tuple):
        node.meta["val"] = pytree.tree_map(_widened, value)
        for user in list(node.users):
            if user.target is operator.getitem:
                _narrow_results(user)
    if not isinstance(value, Tensor) or value.dtype not in WIDER:
        return
    dtype = value.dtype
    users = list(node.users)
    node.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
    node.meta["val"] = _widened(value)
    with node.graph.inserting_after(node):
        narrow = _converted(node, dtype, node)
    for user in users:
        user.replace_input_with(node, narrow)


def _widened(value: Any) -> Any:
    narrow = isinstance(value, Tensor) and value.dtype in WIDER
    return value.to(WIDER[value.dtype]) if narrow else value


def _converted(node: Node, dtype: torch.dtype, place: Node) -> Node:
    """A new conversion of `node`, where `place` is in the model."""
    cast = node.graph.call_function(convert_element_type, (node, dtype))
    cast.meta = {k: v for k, v in place.meta.items() if k in ("stack_trace", "nn_module_stack")}
    cast.meta["val"] = _value(node).to(dtype)
    return cast
