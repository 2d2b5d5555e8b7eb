"""
`make demo`: real models from ONNX to native code, checked against ONNX Runtime and timed beside it.

ResNet-50 comes from the ONNX package, BERT base from a `transformers` configuration (where that and
PyTorch are installed); all weights are random. The artifacts stay in `build/demo`.
"""

import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto
from rich.console import Console
from rich.table import Table

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.accuracy import compare
from sdfg.tools.driver import CompileOptions, compile_file
from sdfg.tools.progress import StageProgress
from sdfg.tools.references import Peer, prepare
from sdfg.tools.timing import measure_in_turns

sys.path.insert(0, str(Path(__file__).parents[1]))  # the builders of models are not installed

FOLDER = Path("build/demo")
SECONDS = 5.0


@dataclass(frozen=True)
class Model:
    """A model file, and an input for it."""

    name: str
    file: Path
    inputs: dict[str, np.ndarray]


def resnet50() -> Model:
    from models.onnx_light import light_image, light_model

    model = light_model("resnet50")
    file = FOLDER / "resnet50.onnx"
    file.write_bytes(model.SerializeToString())
    return Model("ResNet-50", file, {model.graph.input[0].name: light_image()})


def bert_base() -> Model | None:
    if any(importlib.util.find_spec(m) is None for m in ("torch", "transformers", "onnxscript")):
        return None
    from models.torch_zoo import build, write_onnx

    example = build("bert")
    file = FOLDER / "bert_base.onnx"
    write_onnx(example, file)
    names = [i.name for i in ModelProto.FromString(file.read_bytes()).graph.input]
    inputs = [x.numpy() for x in example.inputs]
    return Model("BERT base, 128 tokens", file, dict(zip(names, inputs, strict=True)))


def show(model: Model, table: Table, console: Console) -> None:
    """Compile, run, check and time one model; a row of the table."""
    threads = len(os.sched_getaffinity(0))
    console.rule(model.name)
    with StageProgress(lines=False) as progress:
        artifact = compile_file(
            model.file, CompileOptions(), output=FOLDER / model.file.stem, progress=progress
        )
    console.print(artifact.report, highlight=False)
    compiled = artifact.load(threads=threads)
    peer = prepare(Peer.ONNXRUNTIME, model.file, model.inputs, threads)
    feed = [model.inputs[value.name] for value in compiled.interface.inputs]
    results, expected = compiled.run(feed), peer()
    agreements = [compare(a, b) for a, b in zip(results, expected, strict=True)]
    calls: dict[str, Callable[[], Any]] = {"sdfg": lambda: compiled.run(feed), "peer": peer}
    times = measure_in_turns(calls, SECONDS)
    ours, theirs = times["sdfg"].median, times["peer"].median
    good = all(a.good for a in agreements)
    table.add_row(
        model.name,
        f"{1e3 * ours:.2f}",
        f"{1e3 * theirs:.2f}",
        f"{ours / theirs:.2f}",
        "yes" if good else f"NO: {'; '.join(map(str, agreements))}",
    )
    if not good:
        console.print(table)
        raise SDFGError(f"{model.name}: the results differ from those of ONNX Runtime")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    console = Console()
    threads = len(os.sched_getaffinity(0))
    columns = ("model", "sdfg, ms", "ONNX Runtime, ms", "ratio", "results agree")
    table = Table(*columns, title=f"median of interleaved runs, {threads} threads")
    for make in (resnet50, bert_base):
        model = make()
        if model is None:
            console.print("BERT base is left out: it needs torch, transformers and onnxscript")
        else:
            show(model, table, console)
    console.print(table)


if __name__ == "__main__":
    try:
        main()
    except SDFGError as error:
        sys.exit(f"error: {error}")
