"""
A graph of AOTAutograd, cut into parts that are compiled and operators that PyTorch runs.

What costs nothing (views, sizes, constants) belongs to no part: whoever reads it makes its own from
what it comes from. All other operators are put into stages in their order of dependence, PyTorch's
and the compiled ones in turns; the compiled operators of one stage are one part.

```
x -> conv -> fft -> mul -> view -> output
     [ part ]       [ part ]
```
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import getitem
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.fx import Graph, GraphModule, Node
from torch.fx.graph import _BoxedCodeGen  # pyright: ignore[reportPrivateUsage]

from sdfg.lowering.frontend.torch_bindings import aten
from sdfg.lowering.frontend.torch_constants import FILLS
from sdfg.lowering.frontend.torch_fold import attribute

WHOLE_VIEWS = frozenset(
    {
        aten.alias.default,
        aten.detach.default,
        aten.expand.default,
        aten.permute.default,
        aten.squeeze.default,
        aten.squeeze.dim,
        aten.squeeze.dims,
        aten.t.default,
        aten.transpose.int,
        aten.unsqueeze.default,
        aten.view.default,
        aten.view_as_complex.default,
        aten.view_as_real.default,
    }
)
"""Operators whose result is another look at all elements of their first argument."""

CUTTING_VIEWS = frozenset({aten.as_strided.default, aten.select.int, aten.slice.Tensor})
"""Operators whose result is a look at some of them."""

COUNTS = frozenset(
    {
        aten.arange.default,
        aten.arange.start,
        aten.arange.start_step,
        aten.empty.memory_format,
        aten.empty_strided.default,
        aten.empty_permuted.default,
    }
)
"""Operators that make a tensor of sizes alone, beside those that fill it with one number."""


@dataclass(frozen=True)
class Part:
    """Operators that are compiled together, in order, and what goes in and out of them."""

    nodes: tuple[Node, ...]
    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]

    def module(self) -> GraphModule:
        """
        The part as a graph of its own; all its tensors are contiguous at its borders.

        What lies in memory in another order (channels last, transposed) is permuted inside.
        """
        graph = Graph()
        copies: dict[Node, Node] = {}
        for node in self.inputs:
            copies[node] = _placeholder(graph, node)
        for node in self.inputs:
            copies[node] = _permuted(copies[node], _inverse(_order(node)))
        for node in self.nodes:
            copies[node] = graph.node_copy(node, copies.__getitem__)
        results = tuple(_permuted(copies[node], _order(node)) for node in self.outputs)
        graph.output(results)
        owner: Any = self.nodes[0].graph.owning_module
        return GraphModule(owner, graph)

    def scattered(self) -> list[Node]:
        """The inputs that are copied before they are read: they do not fill their memory."""
        tensors = [node for node in self.inputs if is_tensor(node)]
        return [n for n in tensors if not n.meta["val"].permute(_order(n)).is_contiguous()]

    def first(self, count: int) -> "Part":
        """The part of the first `count` operators, with all results that none of them reads."""
        graph = self.nodes[0].graph
        own = set(self.nodes[:count])
        outputs = [n for n in self.nodes[:count] if is_tensor(n) and not own & n.users.keys()]
        return _part(graph, own, outputs)


def is_tensor(node: Any) -> bool:
    """Whether `node` stands for one tensor."""
    return isinstance(node, Node) and isinstance(node.meta.get("val"), Tensor)


class Partition:
    """Which operators of `graph` are compiled in which stage, where those in `stays` are not."""

    def __init__(self, graph: Graph, stays: Collection[Node]) -> None:
        self.graph = graph
        self._stays = stays
        self._free: set[Node] = set()
        self.stage: dict[Node, int] = {}
        """Even for what PyTorch runs, odd for what is compiled; of what is free, when it can be."""
        self._count_stages()
        self.parts = {stage: part for stage in self._odd() if (part := self._part(stage))}

    def _count_stages(self) -> None:
        effect = floor = 0
        for node in self.graph.nodes:
            stage = max((self.stage[source] for source in node.all_input_nodes), default=0)
            stage = max(stage, floor)
            if node.op == "call_function":
                if self._is_free(node):
                    self._free.add(node)
                elif self._in_torch(node):
                    stage += stage % 2
                    if is_effect(node):
                        effect = stage = max(stage, effect)
                    if _mutates(node):
                        last = max(self.stage.values())
                        effect = floor = stage = last + last % 2
                else:
                    stage += 1 - stage % 2
            elif node.op == "get_attr":
                self._free.add(node)
            self.stage[node] = stage

    def _in_torch(self, node: Node) -> bool:
        source = node.args[0] if node.target is getitem else node
        return source in self._stays

    def _is_free(self, node: Node) -> bool:
        if node in self._stays or node.target is getitem:
            return False
        if not is_tensor(node):
            return is_arithmetic(node)
        if node.target in CUTTING_VIEWS:
            # Behind a part, only the elements that are read are worth to be computed.
            source: Any = node.args[0]
            return self.stage[source] % 2 == 0
        made = node.target in FILLS or node.target in COUNTS
        if made and not any(map(is_tensor, node.all_input_nodes)):
            return True
        return node.target in WHOLE_VIEWS

    def is_compiled(self, node: Node) -> bool:
        """Whether `node` is an operator of a part."""
        free = node in self._free or node.op != "call_function"
        return not free and self.stage[node] % 2 == 1

    def _odd(self) -> Iterable[int]:
        return sorted({self.stage[n] for n in self.graph.nodes if self.is_compiled(n)})

    def _part(self, stage: int) -> Part | None:
        own = {n for n in self.graph.nodes if self.is_compiled(n) and self.stage[n] == stage}
        read = self._read_outside(own)
        outputs = [node for node in self.graph.nodes if node in own and node in read]
        return _part(self.graph, own, outputs, self._free) if outputs else None

    def _read_outside(self, own: set[Node]) -> set[Node]:
        """What others, or the output, read of `own`, or of what is free behind it."""
        read: set[Node] = set()
        for node in reversed(self.graph.nodes):
            if node not in own and (node not in self._free or node in read):
                read.update(node.all_input_nodes)
        return read

    def assemble(self, run: Callable[[Part], Callable[..., Any]]) -> GraphModule:
        """
        The whole graph again: it takes one list of all arguments, and calls `run(part)` for parts.

        Those take the part's inputs and return a sequence of its outputs, all contiguous.
        """
        graph = Graph()
        held: dict[str, Any] = {}
        copies: dict[Node, Node] = {}

        def copy_of(node: Node) -> Node:
            if node not in copies:
                copies[node] = graph.node_copy(node, copy_of)
                if node.op == "get_attr":
                    held[str(node.target)] = attribute(self.graph, str(node.target))
            return copies[node]

        for stage in sorted({*self.stage.values()}):
            if part := self.parts.get(stage):
                name = f"part_{stage // 2}"
                held[name] = _Call(run(part))
                arguments = [_permuted(copy_of(node), _order(node)) for node in part.inputs]
                results = graph.call_module(name, tuple(arguments))
                for k, node in enumerate(part.outputs):
                    result = graph.call_function(getitem, (results, k))
                    copies[node] = _permuted(result, _inverse(_order(node)))
            for node in self.graph.nodes if stage % 2 == 0 else ():
                if self.stage[node] == stage and node not in self._free and node.op != "output":
                    copy_of(node)
        (output,) = self.graph.find_nodes(op="output")
        copy_of(output)
        graph.set_codegen(_BoxedCodeGen())
        return GraphModule(held, graph)


class _Call(nn.Module):
    """A function as a module, which a graph can hold."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.forward = function


def _part(
    graph: Graph, own: Collection[Node], outputs: Sequence[Node], free: Collection[Node] = ()
) -> Part:
    """The part of the operators in `own`, with all that is free and that they read."""
    needed = set(own)
    inputs: set[Node] = set()
    for node in reversed(graph.nodes):
        if node in needed:
            for source in node.all_input_nodes:
                place = needed if source in own or source in free else inputs
                place.add(source)
    return Part(
        tuple(node for node in graph.nodes if node in needed),
        tuple(node for node in graph.nodes if node in inputs),
        tuple(outputs),
    )


def is_arithmetic(node: Node) -> bool:
    """Whether `node` computes with sizes, or reads one."""
    target: Any = node.target
    if node.op != "call_function":
        return False
    if isinstance(target, OpOverload):
        return target.overloadpacket in (aten.sym_size, aten.sym_numel, aten.sym_stride)
    return getattr(target, "__module__", "") in ("_operator", "math", "torch")


def is_effect(node: Node) -> bool:
    """Whether `node` must run in its place among others like it: it draws numbers, or checks."""
    target: Any = node.target
    if target is getitem or is_arithmetic(node):
        return False
    if not isinstance(target, OpOverload):
        return True
    return is_random(node) or node.is_impure() or target.namespace not in ("aten", "prims")


def is_random(node: Node) -> bool:
    """Whether `node` draws from PyTorch's generator."""
    target: Any = node.target
    if str(target) in _DRAWN_AGAIN:
        return True
    return isinstance(target, OpOverload) and torch.Tag.nondeterministic_seeded in target.tags


_DRAWN_AGAIN = ("run_and_save_rng_state", "run_with_rng_state")
"""What PyTorch puts around generators in what is computed a second time (checkpoints)."""


def _mutates(node: Node) -> bool:
    target: Any = node.target
    return isinstance(target, OpOverload) and bool(cast(Any, target)._schema.is_mutable)


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


def _order(node: Node) -> tuple[int, ...]:
    value = node.meta.get("val")
    return memory_order(value) if isinstance(value, Tensor) else ()


def _inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(k) for k in range(len(order)))


def _placeholder(graph: Graph, node: Node) -> Node:
    """An argument for `node`, with the dimensions in the order of its memory."""
    made = graph.placeholder(node.name)
    made.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
    if is_tensor(node):
        made.meta["val"] = node.meta["val"].permute(_order(node))
    return made


def _permuted(node: Node, order: tuple[int, ...]) -> Node:
    if order == tuple(range(len(order))):
        return node
    permuted = node.graph.call_function(aten.permute.default, (node, list(order)))
    permuted.meta = {k: v for k, v in node.meta.items() if k != "tensor_meta"}
    if is_tensor(node):
        permuted.meta["val"] = node.meta["val"].permute(order)
    return permuted
