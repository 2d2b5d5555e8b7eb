"""The cases of ONNX's own backend suite, judged by ONNX's own runner."""

import os
import unittest
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onnx import ModelProto
from onnx.backend.test import BackendTest

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.onnx_backend import SdfgBackend, SdfgRep

_KINDS: Mapping[str, str] = {
    "OnnxBackendNodeModelTest": "node",
    "OnnxBackendSimpleModelTest": "simple",
    "OnnxBackendPyTorchConvertedModelTest": "pytorch-converted",
    "OnnxBackendPyTorchOperatorModelTest": "pytorch-operator",
    "OnnxBackendRealModelTest": "light",
}
_DEVICE = "_cpu"


class Recorder(SdfgBackend):
    """Remembers what the last model consists of."""

    operators: tuple[str, ...] = ()

    @classmethod
    def prepare(cls, model: ModelProto, device: str = "CPU", **options: Any) -> SdfgRep:
        cls.operators = tuple(node.op_type for node in model.graph.node)
        return super().prepare(model, device, **options)

    @classmethod
    def is_compatible(cls, model: ModelProto, device: str = "CPU", **_: Any) -> bool:
        """Always: a model that cannot be imported counts as a failure."""
        del model
        return cls.supports_device(device)


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    status: str
    """`pass`; `refused`: an error that names the reason; `wrong` results; `crash`; `timeout`."""
    reason: str = ""
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One test of the suite."""

    name: str
    """As ONNX calls it, without the device."""
    kind: str
    test: unittest.TestCase | None = None

    def run(self) -> Outcome:
        """Compile, run and compare."""
        Recorder.operators = ()
        try:
            getattr(self.test, self.name + _DEVICE)()
        except SDFGError as error:
            return Outcome("refused", _line(error), Recorder.operators)
        except AssertionError as error:
            return Outcome("wrong", _line(error), Recorder.operators)
        except Exception as error:  # a bug of ours: whatever it is, it belongs into the table
            return Outcome("crash", f"{type(error).__name__}: {_line(error)}", Recorder.operators)
        return Outcome("pass", "", Recorder.operators)


def _line(error: BaseException) -> str:
    """The message without its hints, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(line for line in lines if not line.startswith("hint:")) or "no message"


def load_suite(folder: Path) -> list[Case]:
    """
    All cases, in the order of their kinds and names; takes ten seconds.

    Models and data that the suite makes while it runs go to `folder`.
    """
    os.environ["ONNX_MODELS"] = str(folder)
    classes: Mapping[str, type[unittest.TestCase]] = BackendTest(Recorder, __name__).test_cases
    cases: list[Case] = []
    for category, kind in _KINDS.items():
        methods = [name for name in dir(classes[category]) if name.startswith("test_")]
        cases += [
            Case(name.removesuffix(_DEVICE), kind, classes[category](name))
            for name in methods
            if name.endswith(_DEVICE)
        ]
    return cases
