"""
Types that are kept in memory, but not computed with.

The lowering of torch-mlir has no signs: it crashes on, or refuses, much arithmetic of 8 bits, and
divides and compares unsigned integers as if they were signed. Wider integers give the same: modulo
a power of two for sums and products, and exactly for quotients, remainders and comparisons.

It sums 16-bit floats in 16 bits, where a sum stops to grow at 2048 (or 256), while PyTorch does so
in 32 bits.
"""

from collections.abc import Mapping, Sequence
from operator import getitem
from typing import Any, cast

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
"""Integers that are computed in other types."""

WIDER_SUMS: Mapping[torch.dtype, torch.dtype] = {
    **WIDER,
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
}
"""Types that `SUMS` are computed in."""

SUMS = frozenset(
    {
        aten._adaptive_avg_pool2d,
        aten._adaptive_avg_pool3d,
        aten._native_batch_norm_legit,
        aten._native_batch_norm_legit_functional,
        aten.adaptive_avg_pool1d,
        aten.avg_pool1d,
        aten.avg_pool2d,
        aten.avg_pool3d,
        aten.cumprod,
        aten.cumsum,
        aten.index_add,
        aten.index_put,
        aten.linalg_vector_norm,
        aten.mean,
        aten.native_group_norm,
        aten.native_layer_norm,
        aten.prod,
        aten.scatter_add,
        aten.scatter_reduce,
        aten.std,
        aten.sum,
        aten.var,
        aten.var_mean,
    }
)
"""Operators, in all overloads, whose results are made of many elements."""

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


def widen(graph: Graph) -> None:
    """
    Compute with integers of the types of `WIDER`, and `SUMS`, in place, between conversions.

    ```
    %q = div(%a : uint8, %b : uint8, rounding_mode="floor")
    ->
    %q = convert(div(convert(%a, int32), convert(%b, int32), rounding_mode="floor"), uint8)
    ```

    Values that overflow the wider type have wrapped to the same bits. Linear in the graph's size.
    """
    casts: dict[tuple[Node, torch.dtype], Node] = {}
    for node in list(graph.nodes):
        if not isinstance(node.target, OpOverload):
            continue
        wider = WIDER_SUMS if _packet(node) in SUMS else WIDER
        if _computes(node, wider):
            _widen_operands(node, wider, casts)
            _narrow_results(node, wider)


Types = Mapping[torch.dtype, torch.dtype]


def _packet(node: Any) -> Any:
    """The operator of `node`, whatever the overload."""
    return node.target.overloadpacket


def _computes(node: Node, wider: Types) -> bool:
    """Whether elements of narrow types are changed by `node`, or come from it."""
    types = {dtype for value in _tensors(node) if (dtype := value.dtype) in wider}
    types |= {leaf for leaf in _leaves(node) if leaf in wider}
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


def _widen_operands(node: Node, wider: Types, casts: dict[tuple[Node, torch.dtype], Node]) -> None:
    def widened(argument: Any) -> Any:
        if isinstance(argument, torch.dtype):
            return wider.get(argument, argument)
        value = _value(argument) if isinstance(argument, Node) else None
        if not isinstance(value, Tensor) or value.dtype not in wider:
            return argument
        key = (argument, wider[value.dtype])
        if key not in casts:
            with node.graph.inserting_before(node):
                casts[key] = _converted(argument, wider[value.dtype], node)
        return casts[key]

    node.args = pytree.tree_map(widened, node.args)
    node.kwargs = pytree.tree_map(widened, node.kwargs)


def _narrow_results(node: Node, wider: Types) -> None:
    """Convert back what the users of `node` expect to be narrow."""
    value = _value(node)
    if isinstance(value, list | tuple):
        node.meta["val"] = tuple(_widened(v, wider) for v in cast(Sequence[Any], value))
        for user in list(node.users):
            if user.target is getitem:
                _narrow_results(user, wider)
    if not isinstance(value, Tensor) or value.dtype not in wider:
        return
    dtype = value.dtype
    users = list(node.users)
    node.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
    node.meta["val"] = _widened(value, wider)
    with node.graph.inserting_after(node):
        narrow = _converted(node, dtype, node)
    for user in users:
        user.replace_input_with(node, narrow)


def _widened(value: Any, wider: Types) -> Any:
    narrow = isinstance(value, Tensor) and value.dtype in wider
    return value.to(wider[value.dtype]) if narrow else value


def _converted(node: Node, dtype: torch.dtype, place: Node) -> Node:
    """A new conversion of `node`, where `place` is in the model."""
    cast = node.graph.call_function(convert_element_type, (node, dtype))
    cast.meta = {k: v for k, v in place.meta.items() if k in ("stack_trace", "nn_module_stack")}
    cast.meta["val"] = _value(node).to(dtype)
    return cast
