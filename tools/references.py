"""Others that run the same model: ONNX Runtime, ONNX's reference, PyTorch. All optional."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sdfg.dialect.diagnostics import SDFGError

Array = npt.NDArray[Any]
Run = Callable[[], Sequence[Array]]


class Peer(StrEnum):
    """Who to compare with."""

    ONNXRUNTIME = "onnxruntime"
    REFERENCE = "reference"


def prepare(peer: Peer, model: Path, inputs: Mapping[str, Array], threads: int = 0) -> Run:
    """
    A function that runs `model` on `inputs` and gives its results in order.

    `Peer.REFERENCE` is ONNX's own evaluator for ONNX files and PyTorch for `.pt2` files. Zero
    `threads` leave the choice to the peer. Raises `SDFGError` if the peer is not installed or
    cannot read the model.
    """
    if not model.is_file():
        raise SDFGError(f"{model}: no such file\nhint: --model names the model that was compiled")
    if peer is Peer.ONNXRUNTIME:
        return _onnxruntime(model, inputs, threads)
    if model.suffix == ".pt2":
        return _torch(model, inputs)
    return _onnx_reference(model, inputs)


def _onnxruntime(model: Path, inputs: Mapping[str, Array], threads: int) -> Run:
    try:
        runtime: Any = import_module("onnxruntime")
    except ImportError:
        raise _missing("ONNX Runtime", "bench") from None
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
    try:
        session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions have no common base class
        raise SDFGError(f"{model}: ONNX Runtime cannot load it: {error}") from error
    feed = dict(inputs)

    def run() -> Sequence[Array]:
        try:
            return session.run(None, feed)
        except Exception as error:
            raise SDFGError(
                f"{model}: ONNX Runtime cannot run it: {error}\nhint: try --check=reference"
            ) from error

    return run


def _onnx_reference(model: Path, inputs: Mapping[str, Array]) -> Run:
    reference: Any = import_module("onnx.reference")
    try:
        evaluator = reference.ReferenceEvaluator(str(model))
    except Exception as error:
        raise SDFGError(f"{model}: ONNX's reference cannot load it: {error}") from error
    feed = dict(inputs)
    return lambda: [np.asarray(result) for result in evaluator.run(None, feed)]


def _torch(model: Path, inputs: Mapping[str, Array]) -> Run:
    try:
        torch: Any = import_module("torch")
    except ImportError:
        raise _missing("PyTorch", "torch") from None
    program = torch.export.load(model)
    tensors = [torch.from_numpy(np.ascontiguousarray(array)) for array in inputs.values()]
    positional, named = program.example_inputs
    arguments, rest = tensors[: len(positional)], tensors[len(positional) :]
    keywords = dict(zip(named, rest, strict=True))
    module = program.module()

    def run() -> Sequence[Array]:
        with torch.no_grad():
            leaves = torch.utils._pytree.tree_leaves(module(*arguments, **keywords))
        return [leaf.numpy() for leaf in leaves]

    return run


def _missing(name: str, extra: str) -> SDFGError:
    return SDFGError(
        f"{name} is not installed\nhint: pip install 'sdfg-toolchain[{extra}]', or leave --check"
    )
