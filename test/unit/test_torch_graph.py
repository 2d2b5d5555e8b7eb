"""How the torch backend splits a graph into what is compiled and what is free."""

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor
from torch.fx import GraphModule
from torch.fx.experimental.proxy_tensor import make_fx

from sdfg.tools.torch_graph import Outputs, memory_order, take_inputs

Mode = Literal["fake", "symbolic"]


def traced(function: Callable[..., Any], *inputs: Any, mode: Mode = "fake") -> GraphModule:
    module = make_fx(function, tracing_mode=mode)(*inputs)
    (output,) = module.graph.find_nodes(op="output")
    if not isinstance(output.args[0], list | tuple):
        output.args = ((output.args[0],),)
    return module


def assembled(function: Callable[..., Any], *inputs: Any, mode: Mode = "fake") -> tuple[Any, int]:
    """The outputs of `function`, split and put together again, and how many were computed."""
    module = traced(function, *inputs, mode=mode)
    outputs = Outputs.take_from(module)
    module.recompile()
    return outputs.assemble(inputs, list(module(*inputs))), outputs.computed


def test_results_keep_their_order_in_memory() -> None:
    x = torch.randn(3, 4, 5)

    def function(x: Tensor) -> list[Tensor]:
        y = x.exp()
        return [y.permute(2, 0, 1), y, (x + 1).unsqueeze(0).to(memory_format=torch.channels_last)]

    got, computed = assembled(function, x)
    for one, want in zip(got, function(x), strict=True):
        torch.testing.assert_close(one, want)
        assert one.stride() == want.stride()
    assert computed == 3


def test_arguments_and_their_views_are_handed_through() -> None:
    x, y = torch.randn(3, 4), torch.randn(4)

    def function(x: Tensor, y: Tensor) -> list[Tensor]:
        return [y, x.t(), x.t()[1], x @ y]

    got, computed = assembled(function, x, y)
    assert got[0] is y
    assert got[1].data_ptr() == x.data_ptr()
    assert got[2].data_ptr() == x.t()[1].data_ptr()
    torch.testing.assert_close(got[1:], [x.t(), x.t()[1], x @ y])
    assert computed == 1


def test_equal_results_are_computed_once() -> None:
    def function(x: Tensor) -> list[Tensor | None]:
        y = x.sin()
        return [y, y, None]

    x = torch.randn(4)
    got, computed = assembled(function, x)
    torch.testing.assert_close(got[:2], [x.sin(), x.sin()])
    assert got[2] is None
    assert computed == 1


def test_sizes_are_evaluated() -> None:
    x = torch.randn(3, 4)

    def function(n: int, x: Tensor) -> list[Any]:
        return [x.new_zeros(n + x.shape[0]), n * 2 + 1]

    got, _ = assembled(function, 5, x, mode="symbolic")
    assert got[1] == 11


def test_sizes_that_nothing_reads_are_no_inputs() -> None:
    def reads_it(n: int, x: Tensor) -> list[Tensor]:
        return [x * n, x + 1]

    def ignores_it(n: int, x: Tensor) -> list[Tensor]:
        return [x + 1]

    module = traced(reads_it, 5, torch.randn(3, 4), mode="symbolic")
    assert list(take_inputs(module.graph).values()) == [0, 1]
    module = traced(ignores_it, 5, torch.randn(3, 4), mode="symbolic")
    assert list(take_inputs(module.graph).values()) == [1]


def test_memory_order() -> None:
    x = torch.empty(2, 3, 4, 5)
    assert memory_order(x) == (0, 1, 2, 3)
    assert memory_order(x.to(memory_format=torch.channels_last)) == (0, 2, 3, 1)
    assert memory_order(x.permute(3, 1, 0, 2)) == (2, 1, 3, 0)
    assert memory_order(x[:, :, ::2]) == (0, 1, 2, 3)
