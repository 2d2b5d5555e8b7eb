"""How a model comes into the compiler, and how its results are judged."""

import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.utils._pytree as pytree_module
from torch import Tensor

from sdfg.lowering.frontend.onnx_import import import_onnx
from sdfg.lowering.frontend.torch_import import import_exported
from sdfg.tools import accuracy
from sdfg.tools.driver import CompileOptions, compile_module, cpu_seconds
from sdfg.tools.torch_backend import SDFGRemark, compile_graph
from zoo.definition import Inputs, Sample

pytree: Any = pytree_module
torch_any: Any = torch


class WrongResultError(Exception):
    """What was compiled runs, but its results are not those of eager PyTorch."""


@dataclass
class Trial:
    """What a model did behind a door."""

    error: float = 0.0
    """The largest `|got - want|` so far."""
    seconds: float = 0.0
    """CPU seconds to compile, tracing and the C compiler included."""
    note: str = ""

    def compare(self, got: Sequence[Tensor], want: Sequence[Tensor]) -> None:
        """Hold results to those of eager PyTorch. Raises `WrongResultError`."""
        if len(got) != len(want):
            raise WrongResultError(f"{len(got)} results instead of {len(want)}")
        for k, (one, other) in enumerate(zip(got, want, strict=True)):
            a, b = np.asarray(one.detach()), np.asarray(other.detach())
            agreement = accuracy.compare(a, b)
            if not agreement.good:
                raise WrongResultError(f"result {k}: {agreement}")
            self.error = max(self.error, accuracy.largest_difference(a, b))

    def compiling(self) -> "Clock":
        return Clock(self)


@dataclass
class Clock:
    """Adds the CPU seconds of a block to a trial."""

    trial: Trial
    start: float = 0.0

    def __enter__(self) -> None:
        self.start = cpu_seconds()

    def __exit__(self, *_: object) -> None:
        self.trial.seconds += cpu_seconds() - self.start


def eager(sample: Sample, inputs: Inputs) -> list[Tensor]:
    """The tensors that the model itself computes."""
    with torch.no_grad():
        return tensors(sample.module(*(x.clone() for x in inputs)))


def tensors(results: Any) -> list[Tensor]:
    return [x for x in pytree.tree_leaves(results) if isinstance(x, Tensor)]


class Counting:
    """The backend of `torch.compile` with `options`, which counts the graphs that it is given."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.graphs = 0

    def __call__(self, graph: torch.fx.GraphModule, inputs: Sequence[Any]) -> Any:
        compiled = compile_graph(graph, inputs, options=self.options)
        self.graphs += 1  # Dynamo begins anew where tracing tells it that a number is constant
        return compiled


def through_compile(sample: Sample, trial: Trial) -> None:
    """`torch.compile` with the sizes of the example."""
    model = _compiled(sample)
    want = eager(sample, sample.inputs)
    with torch.no_grad(), trial.compiling():
        got = model(*sample.inputs)
    trial.compare(tensors(got), want)


def through_dynamic_compile(sample: Sample, trial: Trial) -> None:
    """`torch.compile(dynamic=True)`: no other size may compile again."""
    model = _compiled(sample, dynamic=True)
    with torch.no_grad():
        want = eager(sample, sample.inputs)
        with trial.compiling():
            got = model(*sample.inputs)
        trial.compare(tensors(got), want)
        with torch.compiler.set_stance("fail_on_recompile"):
            for inputs in _at_least_two(sample):
                trial.compare(tensors(model(*inputs)), eager(sample, inputs))


def _at_least_two(sample: Sample) -> Iterable[Inputs]:
    """Sizes of 1 are another graph by Dynamo's rules."""
    return (inputs for inputs in sample.resized if all(1 not in x.shape for x in inputs))


def _compiled(sample: Sample, **settings: Any) -> Any:
    fresh()
    backend = Counting(fallback=False)
    return torch_any.compile(sample.module, backend=backend, fullgraph=True, **settings)


def fresh() -> None:
    """Forget what Dynamo compiled; recurrent layers are traced also in the thread of a worker."""
    torch.compiler.reset()
    torch_any._dynamo.config.allow_rnn = True


def through_training(sample: Sample, trial: Trial) -> None:
    """
    Loss and gradients of a step: a sum of all results that are numbers, weighted at random.

    Says how many graphs of the backward pass were left to PyTorch.
    """
    parameters = [p for p in sample.module.parameters() if p.requires_grad]
    fresh()
    model: Any = torch_any.compile(sample.module, backend=Counting(), fullgraph=True)
    weights: list[Tensor] = []
    want = _step(sample, sample.module, parameters, weights)
    with warnings.catch_warnings(record=True) as said, trial.compiling():
        warnings.simplefilter("always", category=SDFGRemark)
        got = _step(sample, model, parameters, weights)
    trial.compare(got, want)
    remarks = dict.fromkeys(str(w.message).splitlines()[0] for w in said)
    trial.note = "; ".join(remark for remark in remarks if "not compiled" in remark)


def _step(
    sample: Sample, model: Any, parameters: Sequence[Tensor], weights: list[Tensor]
) -> list[Tensor]:
    """The loss and the gradients of all parameters that it depends on."""
    results = [x for x in tensors(model(*sample.inputs)) if x.is_floating_point()]
    if not weights:
        weights += [torch.randn_like(x) for x in results]
    loss = torch.stack([(x * w).sum() for x, w in zip(results, weights, strict=True)]).sum()
    gradients = torch_any.autograd.grad(loss, parameters, allow_unused=True)
    return [loss, *(g for g in gradients if g is not None)]


def through_onnx(sample: Sample, trial: Trial) -> None:
    """PyTorch's exporter to ONNX, for the sizes of the example."""
    _onnx(sample, trial, None)


def through_dynamic_onnx(sample: Sample, trial: Trial) -> None:
    """PyTorch's exporter to ONNX with dynamic axes, run at all sizes."""
    _onnx(sample, trial, sample.dynamic_shapes())


def _onnx(sample: Sample, trial: Trial, dynamic_shapes: Any) -> None:
    exporter: Any = torch.onnx
    try:
        program = exporter.export(
            sample.module,
            sample.inputs,
            dynamic_shapes=dynamic_shapes,
            dynamo=True,
            verbose=False,
        )
    except Exception as error:
        raise CannotExportError(str(error.__cause__ or error)) from error
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder:
        path = Path(folder) / "model.onnx"
        program.save(path, external_data=True)
        with trial.compiling():
            model = compile_module(import_onnx(path), OPTIONS)
    _run(sample, trial, model, resized=dynamic_shapes is not None)


def through_export(sample: Sample, trial: Trial) -> None:
    """`torch.export` with dynamic axes, run at all sizes."""
    try:
        program = torch.export.export(
            sample.module, sample.inputs, dynamic_shapes=sample.dynamic_shapes(), strict=False
        )
    except Exception as error:
        raise CannotExportError(str(error)) from error
    with trial.compiling():
        model = compile_module(import_exported(program), OPTIONS)
    _run(sample, trial, model, resized=True)


class CannotExportError(Exception):
    """PyTorch itself cannot export the model."""


OPTIONS = CompileOptions(threads=2)


def _run(sample: Sample, trial: Trial, model: Any, *, resized: bool) -> None:
    with model:
        for inputs in (sample.inputs, *(sample.resized if resized else ())):
            got = [torch_any.from_numpy(np.array(x)) for x in model.run(inputs)]
            trial.compare(got, eager(sample, inputs))


Door = Callable[[Sample, Trial], None]

DOORS: Mapping[str, Door] = {
    "torch": through_compile,
    "torch-dynamic": through_dynamic_compile,
    "onnx": through_onnx,
    "onnx-dynamic": through_dynamic_onnx,
    "export": through_export,
    "training": through_training,
}
NEED_AXES = frozenset({"torch-dynamic", "onnx-dynamic"})
"""Doors for models with dynamic axes only."""
