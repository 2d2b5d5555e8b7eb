"""Complex numbers as pairs of real ones, which is what a compiled program computes with."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Interpreter, Node
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.traceback import preserve_node_meta

from sdfg.lowering.frontend.torch_bindings import aten, convert_element_type, pytree

_complex: Any = import_module("torch._subclasses.complex_tensor")
_operators: Any = import_module("torch._subclasses.complex_tensor._ops.common")
_fakes: Any = import_module("torch._guards")


def split_complex(module: GraphModule, decompositions: Mapping[Any, Any]) -> GraphModule:
    """
    The same with operators on complex tensors replaced by some on their parts, where possible.

    ```
    mul(%a, %b)   ->   %x = view_as_real(%a)   %y = view_as_real(%b)
                       view_as_complex(stack([xr * yr - xi * yi, xr * yi + xi * yr], -1))
    ```

    Operators that have no such form (Fourier transforms) stay, between conversions. Returns
    `module` itself if nothing in it is complex.
    """
    if not any(_is_complex(node) for node in module.graph.nodes):
        return module
    placeholders: list[Node] = list(module.graph.find_nodes(op="placeholder"))
    values = [node.meta["val"] for node in placeholders]
    split = _Splitter(module)

    def function(*arguments: Any) -> Any:
        return split.run(*arguments)

    fake = _fakes.detect_fake_mode([v for v in values if isinstance(v, Tensor)])
    table = {k: v for k, v in decompositions.items() if k is not aten.view_as_complex.default}
    with fake, preserve_node_meta():
        made = make_fx(function, decomposition_table=table)(*values)
    made.graph.eliminate_dead_code()
    for old, new in zip(placeholders, made.graph.find_nodes(op="placeholder"), strict=True):
        new.meta = {**old.meta, **new.meta, "val": old.meta["val"]}
    made.recompile()
    return made


def _is_complex(node: Node) -> bool:
    leaves = pytree.tree_leaves(node.meta.get("val"))
    return any(isinstance(value, Tensor) and value.is_complex() for value in leaves)


class _Splitter(Interpreter):
    """Runs a graph with complex tensors as pairs, and whole ones at its borders."""

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The result of one operator, its complex tensors as pairs."""
        arguments, keywords = pytree.tree_map(_split, (args, dict(kwargs)))
        if any(map(_is_pair, pytree.tree_leaves((arguments, keywords)))):
            try:
                if target in _PROMOTING:
                    arguments = pytree.tree_map(_promoted, arguments)
                if target not in _KEPT:
                    return target(*arguments, **keywords)
            except (NotImplementedError, RuntimeError, TypeError):
                pass  # it has no form on pairs
            arguments, keywords = pytree.tree_map(_joined, (arguments, keywords))
        elif target in _MADE and (made := _MADE[target](*args, **kwargs)) is not None:
            return made
        return pytree.tree_map(_split, target(*arguments, **keywords))

    def output(self, target: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What the graph returns, with whole complex tensors."""
        results: Sequence[Any] = args[0]
        return [_joined(result) for result in results]


_KEPT = frozenset({aten._fft_c2c.default, aten._fft_c2r.default, aten._fft_r2c.default})
"""Operators that are not asked for a form on pairs."""


_PROMOTING = frozenset(
    {aten.add.Tensor, aten.bmm.default, aten.div.Tensor, aten.mm.default, aten.mul.Tensor}
    | {aten.sub.Tensor, aten.where.self}
)
"""Operators on numbers of one kind: with a complex operand, all are complex."""


def _is_pair(value: Any) -> bool:
    return isinstance(value, _complex.ComplexTensor)


def _is_whole(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_complex() and not _is_pair(value)


def _split(value: Any) -> Any:
    if not _is_whole(value):
        return value
    parts = torch.view_as_real(value.resolve_conj())
    return _complex.ComplexTensor(parts.select(-1, 0), parts.select(-1, 1))


def _joined(value: Any) -> Any:
    if not _is_pair(value):
        return value
    return torch.view_as_complex(torch.stack([value.re, value.im], -1))


def _promoted(value: Any) -> Any:
    real = isinstance(value, Tensor) and value.is_floating_point() and not _is_pair(value)
    return _complex.ComplexTensor(value, torch.zeros_like(value)) if real else value


def _polar(size: Tensor, angle: Tensor) -> Any:
    return _complex.ComplexTensor(size * torch.cos(angle), size * torch.sin(angle))


def _converted(x: Tensor, dtype: torch.dtype) -> Any:
    if not dtype.is_complex:
        return None
    real = x.to(dtype.to_real())
    return _complex.ComplexTensor(real, torch.zeros_like(real))


def _full(shape: Sequence[int], number: Any, *, dtype: Any = None, **rest: Any) -> Any:
    if dtype is None or not dtype.is_complex:
        return None
    parts = (
        torch.full(shape, part, dtype=dtype.to_real(), device=rest.get("device"))
        for part in (complex(number).real, complex(number).imag)
    )
    return _complex.ComplexTensor(*parts)


def _scalar(number: Any, **rest: Any) -> Any:
    return _full((), number, **rest)


def _empty(shape: Sequence[int], *_: Any, **rest: Any) -> Any:
    return _full(shape, 0, **rest)


_MADE: Mapping[Any, Any] = {
    aten.complex.default: _complex.ComplexTensor,
    aten.empty.memory_format: _empty,
    aten.empty_permuted.default: _empty,
    aten.empty_strided.default: _empty,
    aten.full.default: _full,
    aten.polar.default: _polar,
    aten.scalar_tensor.default: _scalar,
    convert_element_type: _converted,
}
"""Operators that make complex tensors of what is none; None for those that make others."""
