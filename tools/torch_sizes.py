"""The sizes among the inputs of a part of a graph."""

import operator
from collections.abc import Mapping
from functools import partial, reduce
from typing import Any, cast

from torch import SymInt, Tensor
from torch.fx import Graph, Node

from sdfg.lowering.frontend.torch_bindings import (
    aten,
    expression_of,
    is_symbolic,
    pytree,
    sympy,
    torch_functions,
)

_floor_divide: Any = cast(Any, operator).floordiv

_FUNCTIONS: Mapping[Any, Any] = {
    sympy.Add: operator.add,
    sympy.Mul: operator.mul,
    torch_functions.FloorDiv: _floor_divide,
    torch_functions.Mod: operator.mod,
    torch_functions.PythonMod: operator.mod,
}
"""What computes a size from two."""


def take_inputs(graph: Graph) -> dict[str, int]:
    """
    Reduce the placeholders of `graph` to those the program needs; their positions by name.

    Sizes that turned out constant become part of the program, and those that follow from others
    are computed; those that no operation reads follow from the shapes of the tensors, which stay.
    """
    positions = {node: k for k, node in enumerate(graph.find_nodes(op="placeholder"))}
    symbols = _symbols(list(positions))
    first = next(node for node in graph.nodes if node.op != "placeholder")
    with graph.inserting_before(first):
        for node in positions:
            value = node.meta["val"]
            if isinstance(value, int):
                _replace(node, value)
            elif isinstance(value, SymInt):
                _compute(node, symbols)
    kept: dict[str, int] = {}
    for node, position in positions.items():
        if isinstance(node.meta["val"], SymInt | int) and not node.users:
            graph.erase_node(node)
        else:
            kept[node.name] = position
    return kept


Place = tuple[Node, int | None]
"""A size, or the tensor that has it and along which dimension."""


def _symbols(placeholders: list[Node]) -> Mapping[Any, Place]:
    """Where to find the value of each symbol."""
    found: dict[Any, Place] = {}
    for node in placeholders:
        value = node.meta["val"]
        sizes: Any = value.shape if isinstance(value, Tensor) else [value]
        for dim, size in enumerate(sizes):
            if is_symbolic(size) and expression_of(size).is_Symbol:
                place = (node, dim) if isinstance(value, Tensor) else (node, None)
                if place[1] is None or expression_of(size) not in found:
                    found[expression_of(size)] = place
    return found


def _compute(node: Node, symbols: Mapping[Any, Place]) -> None:
    """Replace a size by a computation from other inputs, where that is possible."""
    expression = expression_of(node.meta["val"])
    if expression.is_number:
        _replace(node, int(expression))
    elif node.users and not expression.is_Symbol and expression.free_symbols <= symbols.keys():
        made = _computed(node.graph, expression, symbols)
        if made is not None:
            _replace(node, made)


def _computed(graph: Graph, expression: Any, symbols: Mapping[Any, Place]) -> Node | int | None:
    """What computes `expression`; None if it holds functions that we cannot tell."""
    if expression.is_Integer:
        return int(expression)
    if expression.is_Symbol:
        node, dim = symbols[expression]
        return node if dim is None else _call(graph, aten.sym_size.int, node, dim)
    function = _FUNCTIONS.get(expression.func)
    operands = [_computed(graph, operand, symbols) for operand in expression.args]
    if function is None or any(operand is None for operand in operands):
        return None
    return reduce(partial(_call, graph, function), operands)


def _call(graph: Graph, function: Any, *arguments: Any) -> Node:
    made = graph.call_function(function, arguments)
    made.meta["val"] = function(*(a.meta["val"] if isinstance(a, Node) else a for a in arguments))
    return made


def _replace(node: Node, value: Any) -> None:
    def replaced(argument: Any) -> Any:
        return value if argument is node else argument

    for user in list(node.users):
        user.args = pytree.tree_map(replaced, user.args)
        user.kwargs = pytree.tree_map(replaced, user.kwargs)
