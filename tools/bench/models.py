"""
The files of a workload: ONNX model, inputs, facts. Made once, kept by content of the definition.

Each is made in a process of its own, so that whoever measures never imports torch.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.cost import Cost
from sdfg.tools.bench.versions import remove_old, versioned
from sdfg.tools.bench.workload import NETWORKS, Workload

Array = npt.NDArray[Any]

_SHARED = ("definition", "layers")
"""What the other files of networks import."""
_PACKAGES = ("torch", "transformers", "onnxscript")
_HINT = "hint: pip install 'sdfg-toolchain[demo]'"


@dataclass(frozen=True)
class ModelFiles:
    """A workload on disk."""

    name: str
    entry: str
    """`module:function`, which makes the torch module that was exported."""
    folder: Path
    cost: Cost
    digest: str

    @property
    def onnx(self) -> Path:
        return self.folder / "model.onnx"

    def inputs(self) -> Mapping[str, Array]:
        """Arrays by the names that the ONNX model gives its inputs, in order."""
        with np.load(self.folder / "inputs.npz") as arrays:
            return {name: arrays[name] for name in arrays.files}

    @property
    def model_bytes(self) -> int:
        """The ONNX file and its weights."""
        return sum(file.stat().st_size for file in self.folder.glob("model.onnx*"))


def model_files(workload: Workload, cache: Path) -> ModelFiles:
    """
    The files of `workload`, made in the folder `cache` if they are not there.

    Takes up to a minute. Raises `SDFGError` if the model cannot be made.
    """
    digest = _digest(workload)
    folder = versioned(cache, workload.name, digest)
    facts = folder / "facts.json"
    if not facts.exists():
        _export(workload, folder)
        remove_old(cache, workload.name, keep=1)
    cost = Cost(**json.loads(facts.read_text()))
    return ModelFiles(workload.name, workload.entry, folder, cost, digest)


def _digest(workload: Workload) -> str:
    """Of all that decides about the files: the definition, this exporter, and what it calls."""
    names = [workload.entry.partition(":")[0], *(f"{NETWORKS}.{name}" for name in _SHARED)]
    names += [f"{NETWORKS.rpartition('.')[0]}.{name}" for name in ("export_model", "cost")]
    digest = hashlib.sha256(workload.entry.encode())
    for name in names:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        digest.update(Path(spec.origin).read_bytes())
    for package in _PACKAGES:
        digest.update(f"{package} {_version(package)}\n".encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _export(workload: Workload, folder: Path) -> None:
    command = [sys.executable, "-m", "sdfg.tools.bench.export_model", workload.entry, str(folder)]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SDFGError(f"{workload.name}: the model cannot be made: {reason}\n{_HINT}")


def write_facts(folder: Path, cost: Cost) -> None:
    """What `ModelFiles.cost` reads."""
    (folder / "facts.json").write_text(json.dumps(asdict(cost)) + "\n")
