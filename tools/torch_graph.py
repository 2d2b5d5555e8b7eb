"""What a graph of AOTAutograd returns, split into what is compiled and what costs nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import SymInt, Tensor
from torch.fx import Graph, GraphModule, Node

from sdfg.lowering.frontend.torch_bindings import aten, expression_of, pytree, sympy

VIEWS = frozenset(
    {
        aten.alias.default,
        aten.detach.default,
        aten.expand.default,
        aten.permute.default,
        aten.select.int,
        aten.slice.Tensor,
        aten.squeeze.dims,
        aten.t.default,
        aten.transpose.int,
        aten.unsqueeze.default,
        aten.view.default,
    }
)
"""Operators whose result is another look at their first argument."""

Output = Callable[[Sequence[Any], Sequence[Tensor]], Any]
"""Makes one output from all arguments and all computed tensors."""


@dataclass(frozen=True)
class Outputs:
    """How to make what the graph promised from what the compiled program computes."""

    computed: int
    """How many tensors the compiled program returns."""
    makers: tuple[Output, ...]

    @staticmethod
    def take_from(module: GraphModule) -> "Outputs":
        """
        Reduce the outputs of `module`, in place, to the tensors that have to be computed.

        Arguments and views of them are handed through in PyTorch, so they share memory as they
        would without us; sizes are evaluated; a tensor whose elements lie in another order (after
        a transposition, or channels last) is computed contiguously and permuted for free.
        """
        graph = module.graph
        (output,) = graph.find_nodes(op="output")
        arguments = {node: k for k, node in enumerate(graph.find_nodes(op="placeholder"))}
        computed: dict[Node, int] = {}
        makers: list[Output] = []
        for node in output.args[0]:
            free = _free(node, arguments)
            if free is not None:
                makers.append(free)
                continue
            order = memory_order(node.meta["val"])
            with graph.inserting_before(output):
                kept = _contiguous(node, order)
            position = computed.setdefault(kept, len(computed))
            makers.append(_restored(position, order))
        output.args = (tuple(computed),)
        graph.eliminate_dead_code()
        return Outputs(len(computed), tuple(makers))

    def assemble(self, arguments: Sequence[Any], computed: Sequence[Tensor]) -> list[Any]:
        """All outputs of the graph, in order."""
        return [make(arguments, computed) for make in self.makers]


def _free(node: Any, arguments: Mapping[Node, int]) -> Output | None:
    """How to make an output that needs no computation; None if it does."""
    if not isinstance(node, Node):
        return lambda _, __: node
    value = node.meta["val"]
    if node in arguments:
        position = arguments[node]
        return lambda given, _: given[position]
    if isinstance(value, SymInt):
        return _size(value, arguments)
    if not isinstance(value, Tensor):
        return lambda _, __: value
    if node.target not in VIEWS or any(isinstance(a, Node) for a in _parameters(node)):
        return None
    source: Any = node.args[0]
    base = _free(source, arguments)
    if base is None:
        return None
    target: Any = node.target
    rest, keywords = node.args[1:], dict(node.kwargs)
    return lambda given, computed: target(base(given, computed), *rest, **keywords)


def _parameters(node: Node) -> list[Any]:
    """All arguments of a view but the tensor it looks at."""
    return pytree.tree_leaves((node.args[1:], node.kwargs))


def _size(value: SymInt, arguments: Mapping[Node, int]) -> Output:
    """Evaluate a size from the sizes among the arguments."""
    known: dict[Any, int] = {}
    for node, position in arguments.items():
        seen = node.meta["val"]
        if isinstance(seen, SymInt) and expression_of(seen).is_Symbol:
            known[expression_of(seen)] = position
    expression = expression_of(value)
    symbols = sorted(expression.free_symbols, key=str)
    evaluate = sympy.lambdify(symbols, expression, "sympy")
    positions = [known[symbol] for symbol in symbols]
    return lambda given, _: int(evaluate(*(given[k] for k in positions)))


def take_inputs(graph: Graph) -> dict[str, int]:
    """
    Reduce the placeholders of `graph` to those the program needs; their positions by name.

    Sizes that turned out constant become part of the program; those that no operation reads
    follow from the shapes of the tensors, which all stay.
    """
    kept: dict[str, int] = {}
    for position, node in enumerate(graph.find_nodes(op="placeholder")):
        value = node.meta["val"]
        if isinstance(value, SymInt):
            if expression_of(value).is_number:
                _replace_by_constant(node, int(expression_of(value)))
            if not node.users:
                graph.erase_node(node)
                continue
        kept[node.name] = position
    return kept


def _replace_by_constant(node: Node, value: int) -> None:
    def constant(argument: Any) -> Any:
        return value if argument is node else argument

    for user in list(node.users):
        user.args = pytree.tree_map(constant, user.args)
        user.kwargs = pytree.tree_map(constant, user.kwargs)


def memory_order(tensor: Tensor) -> tuple[int, ...]:
    """
    The dimensions from the outermost in memory to the innermost.

    The identity for contiguous tensors, and for those whose elements do not fill their memory.
    """
    identity = tuple(range(tensor.dim()))
    if tensor.is_contiguous():
        return identity
    strides = tensor.stride()
    order = tuple(sorted(identity, key=lambda k: strides[k], reverse=True))
    return order if tensor.permute(order).is_contiguous() else identity


def _contiguous(node: Node, order: tuple[int, ...]) -> Node:
    if order == tuple(range(len(order))):
        return node
    permuted = node.graph.call_function(aten.permute.default, (node, list(order)))
    permuted.meta = {**node.meta, "val": node.meta["val"].permute(order)}
    permuted.meta.pop("tensor_meta", None)
    return permuted


def _restored(position: int, order: tuple[int, ...]) -> Output:
    if order == tuple(range(len(order))):
        return lambda _, computed: computed[position]
    inverse = [order.index(k) for k in range(len(order))]
    return lambda _, computed: computed[position].permute(inverse)
