"""`python -m sdfg.tools.bench.export_model ENTRY FOLDER`: write the files of a workload."""

import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from sdfg.tools.bench.cost import cost_of
from sdfg.tools.bench.models import write_facts
from sdfg.tools.bench.networks.definition import define


def export(entry: str, folder: Path) -> None:
    """Fill `folder`, which appears complete or not at all."""
    definition = define(entry)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as text:
        made = Path(text) / "made"
        made.mkdir()
        exporter: Any = torch.onnx
        program = exporter.export(
            definition.module, definition.inputs, dynamo=True, verbose=False, optimize=True
        )
        program.save(made / "model.onnx", external_data=True)
        library: Any = onnx
        graph = library.load(made / "model.onnx", load_external_data=False).graph
        names = [value.name for value in graph.input]
        arrays = (tensor.numpy() for tensor in definition.inputs)
        np.savez(made / "inputs.npz", allow_pickle=False, **dict(zip(names, arrays, strict=True)))
        write_facts(made, cost_of(made / "model.onnx"))
        if not folder.exists():
            made.rename(folder)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for logger in ("torch.onnx", "onnxscript"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    export(sys.argv[1], Path(sys.argv[2]))
