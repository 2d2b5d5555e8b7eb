"""How a graph is cut into parts that are compiled and operators that PyTorch runs."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from sdfg.tools.torch_parts import Part, Partition, is_random, memory_order

Mode = Literal["fake", "symbolic"]
aten: Any = torch.ops.aten
seeded: Any = torch.random


def traced(function: Callable[..., Any], *inputs: Any, mode: Mode = "fake") -> GraphModule:
    module = make_fx(function, tracing_mode=mode)(*inputs)
    (output,) = module.graph.find_nodes(op="output")
    if not isinstance(output.args[0], list | tuple):
        output.args = ((output.args[0],),)
    return module


def run_part(part: Part) -> Callable[..., Sequence[Tensor]]:
    module = part.module()

    def run(*inputs: Any) -> Sequence[Tensor]:
        scattered = part.scattered()
        for node, x in zip(part.inputs, inputs, strict=True):
            assert not isinstance(x, Tensor) or x.is_contiguous() or node in scattered
        results = module(*inputs)
        assert all(x.is_contiguous() for x in results)
        return results

    return run


def assembled(
    function: Callable[..., Any], *inputs: Any, mode: Mode = "fake", torchs: Sequence[Any] = ()
) -> tuple[Any, list[Part]]:
    """The outputs of `function`, cut and put together again, and the parts."""
    graph = traced(function, *inputs, mode=mode).graph
    partition = Partition(graph, [n for n in graph.nodes if n.target in torchs])
    arguments = list(inputs)
    results = partition.assemble(run_part).forward(arguments)
    assert not arguments
    return results, list(partition.parts.values())


def test_results_keep_their_order_in_memory() -> None:
    x = torch.randn(3, 4, 5)

    def function(x: Tensor) -> list[Tensor]:
        y = x.exp()
        return [y.permute(2, 0, 1), y, (x + 1).unsqueeze(0).to(memory_format=torch.channels_last)]

    got, (part,) = assembled(function, x)
    for one, want in zip(got, function(x), strict=True):
        torch.testing.assert_close(one, want)
        assert one.stride() == want.stride()
    assert len(part.outputs) == 2


def test_arguments_and_their_views_are_handed_through() -> None:
    x, y = torch.randn(3, 4), torch.randn(4)

    def function(x: Tensor, y: Tensor) -> list[Tensor]:
        return [y, x.t(), x.t()[1], x @ y]

    got, (part,) = assembled(function, x, y)
    assert got[0] is y
    assert got[1].data_ptr() == x.data_ptr()
    assert got[2].data_ptr() == x.t()[1].data_ptr()
    torch.testing.assert_close(got[1:], [x.t(), x.t()[1], x @ y])
    assert len(part.outputs) == 1


def _grown(x: Tensor) -> Tensor:
    return x.exp() + 1


def test_permuted_inputs_are_taken_as_they_lie() -> None:
    x = torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)
    got, (part,) = assembled(_grown, x)
    torch.testing.assert_close(got[0], x.exp() + 1)
    assert got[0].stride() == x.stride()
    assert not part.scattered()
    _, (part,) = assembled(torch.exp, torch.randn(4, 6)[:, ::2].contiguous())
    assert not part.scattered()


def test_sizes_are_evaluated() -> None:
    x = torch.randn(3, 4)

    def function(n: int, x: Tensor) -> list[Any]:
        return [x.new_zeros(n + x.shape[0]), n * 2 + 1]

    got, _ = assembled(function, 5, x, mode="symbolic")
    assert got[1] == 11
    assert got[0].shape == (8,)


def test_one_operator_cuts_a_graph_in_two() -> None:
    def function(x: Tensor) -> list[Tensor]:
        y = x.exp()
        z = y.sin().t()
        return [z * 2, y + 1, x.cos()]

    x = torch.randn(3, 4)
    got, parts = assembled(function, x, torchs=[aten.sin.default])
    torch.testing.assert_close(got, function(x))
    first, second = parts
    assert [n.target for n in second.nodes] == [aten.t.default, aten.mul.Tensor]
    assert len(first.outputs) == 3


def test_generators_run_first_and_in_order() -> None:
    def function(x: Tensor) -> list[Tensor]:
        y = x * torch.rand(3)
        return [y + torch.randn(3), torch.bernoulli(y.sigmoid()), torch.rand(2) + 1]

    x = torch.randn(3)
    graph = traced(function, x).graph
    random = [n for n in graph.nodes if is_random(n)]
    partition = Partition(graph, random)
    assert [partition.stage[n] for n in random] == [0, 0, 2, 2]
    seeded.manual_seed(3)
    got = partition.assemble(run_part).forward([x])
    seeded.manual_seed(3)
    torch.testing.assert_close(got, function(x))


def test_memory_order() -> None:
    x = torch.empty(2, 3, 4, 5)
    assert memory_order(x) == (0, 1, 2, 3)
    assert memory_order(x.to(memory_format=torch.channels_last)) == (0, 2, 3, 1)
    assert memory_order(x.permute(3, 1, 0, 2)) == (2, 1, 3, 0)
    assert memory_order(x[:, :, ::2]) == (0, 1, 2, 3)


STEPS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda a, _: a.exp(),
    lambda a, b: a + b,
    lambda a, b: a.t() * b.t().sum(),
    lambda a, b: torch.where(a > 0, a, b),
    lambda a, _: a.reshape(-1).flip(0).view(a.shape),
    lambda a, b: a[:1] - b[1:2],
    lambda a, b: torch.cat([a, b])[: a.shape[0]],
    lambda a, _: a.max(0)[0].expand(a.shape),
    lambda a, _: a.unsqueeze(0).transpose(1, 2).squeeze(0),
)


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_random_graphs_compute_the_same(data: st.DataObject) -> None:
    index = st.integers(0, 30)
    steps = data.draw(st.lists(st.tuples(st.sampled_from(STEPS), index, index), max_size=12))
    returned = data.draw(st.lists(index, min_size=1, max_size=4))

    def function(x: Tensor, y: Tensor) -> list[Tensor]:
        made = [x, y]
        for step, a, b in steps:
            made.append(step(made[a % len(made)], made[b % len(made)]).expand(3, 3))
        return [made[k % len(made)] for k in returned]

    inputs = torch.randn(3, 3).t(), torch.randn(3, 6)[:, ::2].contiguous()
    graph = traced(function, *inputs).graph
    called = [node for node in graph.nodes if node.op == "call_function"]
    chosen = data.draw(st.sets(st.sampled_from(called))) if called else set[Any]()
    multiple = [n for n in chosen if n.target is not aten.max.dim and "getitem" not in n.name]
    partition = Partition(graph, multiple)
    got = partition.assemble(run_part).forward(list(inputs))
    for one, want in zip(got, function(*inputs), strict=True):
        torch.testing.assert_close(one, want, equal_nan=True)
    for part in partition.parts.values():
        if (first := part.first(len(part.nodes) // 2)).outputs:
            first.module().graph.lint()


@pytest.mark.parametrize("dynamic", [False, True])
def test_sizes_go_into_the_parts_that_need_them(dynamic: bool) -> None:
    def function(x: Tensor, y: Tensor) -> list[Tensor]:
        z = (x * x.shape[0]).sin()
        return [z * y.shape[1], y.new_ones(x.shape[0] + 1)]

    inputs = torch.randn(3), torch.randn(2, 5)
    mode = "symbolic" if dynamic else "fake"
    got, parts = assembled(function, *inputs, mode=mode, torchs=[aten.sin.default])
    torch.testing.assert_close(got, function(*inputs))
    assert len(parts) == 2
