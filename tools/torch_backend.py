"""
`torch.compile(model, backend="sdfg")`.

Loading this module lets Dynamo trace recurrent layers (`torch._dynamo.config.allow_rnn`), which it
leaves out of its graphs otherwise; our decompositions know them.
"""

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch._dynamo.config
from torch import Tensor
from torch._dynamo.backends.common import aot_autograd
from torch.fx import GraphModule

from sdfg.dialect.diagnostics import SDFGError
from sdfg.lowering.frontend.torch_decompositions import decomposition_table, traceable
from sdfg.lowering.frontend.torch_import import import_graph
from sdfg.tools import driver
from sdfg.tools.torch_graph import Outputs, take_inputs

torch._dynamo.config.allow_rnn = True

Boxed = Callable[[list[Any]], list[Any]]


class SDFGRemark(UserWarning):
    """Something runs, but not in the way that would be fastest."""


def compile_graph(
    graph_module: GraphModule,
    example_inputs: Sequence[Any],
    *,
    options: Mapping[str, Any] | None = None,
    mode: str | None = None,
) -> Callable[..., Any]:
    """
    The backend that `torch.compile` calls for every graph of the model.

    `options` are the fields of `driver.CompileOptions`. Parameters stay arguments of the compiled
    program, since training may change them between calls. With gradients, the forward graph is
    compiled and the backward graph runs in PyTorch, with a `SDFGRemark`. Raises `SDFGError` for a
    `mode`, an unknown option, tensors outside the CPU, and operators that cannot be lowered.
    """
    if mode not in (None, "default"):
        raise SDFGError(f"mode '{mode}' is not supported\nhint: use options={{...}} instead")
    chosen = _options(options or {})

    def forward(graph: GraphModule, inputs: Sequence[Any]) -> Boxed:
        return _compile(graph, inputs, chosen)

    def forward_of_training(graph: GraphModule, inputs: Sequence[Any]) -> Boxed:
        _remark(
            "compiled with gradients: intermediate values are kept for the backward pass\n"
            "hint: call the model under torch.no_grad() if it only infers"
        )
        return _compile(graph, inputs, chosen)

    backend = aot_autograd(
        fw_compiler=forward_of_training,
        inference_compiler=forward,
        bw_compiler=_run_in_torch,
        decompositions=decomposition_table(),
    )
    with traceable():
        return backend(graph_module, example_inputs)


def _options(given: Mapping[str, Any]) -> driver.CompileOptions:
    known = {field.name for field in dataclasses.fields(driver.CompileOptions)}
    if unknown := sorted(given.keys() - known):
        raise SDFGError(
            f"unknown options: {', '.join(unknown)}\nhint: there are {', '.join(sorted(known))}"
        )
    return driver.CompileOptions(**given)


def _compile(graph: GraphModule, inputs: Sequence[Any], options: driver.CompileOptions) -> Boxed:
    """The graph as a function that takes, and empties, one list of arguments."""
    _refuse_devices(inputs)
    outputs = Outputs.take_from(graph)
    by_name = take_inputs(graph.graph)
    model, positions = None, list[int]()
    if outputs.computed:
        imported = import_graph(graph)
        sizes = {symbol: by_name[name] for symbol, name in imported.symbol_arguments().items()}
        model = driver.compile_module(imported, options)
        positions = [(sizes if v.symbol else by_name)[v.name] for v in model.interface.inputs]
    strided = [k for k, x in enumerate(inputs) if isinstance(x, Tensor) and not x.is_contiguous()]
    if strided and model is not None:
        _remark(f"inputs {strided} are not contiguous: they are copied in every call")

    def run(arguments: list[Any]) -> list[Any]:
        held = list(arguments)
        arguments.clear()
        computed: list[Tensor] = []
        if model is not None:
            results = model.run([held[k] for k in positions])
            computed = [_as_tensor(result) for result in results]
        return outputs.assemble(held, computed)

    run._boxed_call = True  # pyright: ignore[reportFunctionMemberAccess]
    return run


def _as_tensor(result: Any) -> Tensor:
    """The result as a tensor; the runtime gives NumPy arrays where no input was a tensor."""
    if isinstance(result, Tensor):
        return result
    from_dlpack: Any = torch.from_dlpack
    return from_dlpack(result)


def _refuse_devices(inputs: Sequence[Any]) -> None:
    elsewhere = {str(x.device) for x in inputs if isinstance(x, Tensor) and x.device.type != "cpu"}
    if elsewhere:
        raise SDFGError(f"tensors on {', '.join(sorted(elsewhere))} cannot be compiled for the CPU")


def _run_in_torch(graph: GraphModule, inputs: Sequence[Any]) -> Boxed:
    """The backward pass: not compiled yet, which its first run says."""
    told = False

    def run(arguments: list[Any]) -> list[Any]:
        nonlocal told
        if not told:
            _remark("the backward pass is not compiled: it runs in PyTorch, operator by operator")
            told = True
        held = list(arguments)
        arguments.clear()
        return list(graph(*held))

    run._boxed_call = True  # pyright: ignore[reportFunctionMemberAccess]
    return run


def _remark(text: str) -> None:
    warnings.warn(f"sdfg: {text}", SDFGRemark, stacklevel=3)
