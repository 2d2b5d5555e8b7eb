"""`sdfg-run`: call a compiled model, compare its results with another's, time it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from sdfg.backends.runtime import CompiledModel
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.accuracy import compare
from sdfg.tools.files import replacing
from sdfg.tools.references import Peer, prepare
from sdfg.tools.run_inputs import (
    INTEGERS,
    as_stated,
    complete_sizes,
    parse_ranges,
    parse_sizes,
    random_array,
    read_arrays,
)
from sdfg.tools.terminal import reporting
from sdfg.tools.timing import measure_in_turns

Array = npt.NDArray[Any]

BENCH_SECONDS = 2.0

EXAMPLES = """\
**Examples**

`sdfg-run resnet50` runs what `sdfg-compile` put into the folder `resnet50`, on random inputs.

`sdfg-run resnet50 --input data=photo.npy --save result.npz` takes an input from a file.

`sdfg-run bert --size batch=4 --size seq=128 --range input_ids=0:30522` chooses the sizes that the
model leaves open, and which random integers are valid.

`sdfg-run resnet50 --check=onnxruntime --model resnet50.onnx --bench=5` compares the results with
those of ONNX Runtime and times both. The exit code is 1 if they disagree.
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
console = Console(highlight=False)


@app.command(epilog=EXAMPLES)
@reporting
def run_model(
    artifact: Annotated[
        Path, typer.Argument(help="What sdfg-compile made: the folder, the .json or the .so.")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", help="name=file.npy or file.npz; what is not given is random."),
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option(help="Value of a symbol, batch=4; default 1.")
    ] = None,
    value_range: Annotated[
        list[str] | None,
        typer.Option("--range", help="Random integers of an input, ids=0:1000; default 0:10."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random inputs.")] = 0,
    check: Annotated[
        Peer | None, typer.Option(help="Compare with ONNX Runtime, or ONNX's reference (PyTorch).")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="The model that was compiled; for --check.")
    ] = None,
    bench: Annotated[
        float | None,
        typer.Option(metavar="[=SECONDS]", min=0, help="Time it, by default for 2 seconds."),
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the results to this .npz file.")] = None,
    threads: Annotated[
        int, typer.Option(min=0, help="Threads to use; 0: as OMP_NUM_THREADS says, or all cores.")
    ] = 0,
) -> None:
    """
    Run a compiled model, check it, time it.
    """
    if (check is None) != (model is None):
        raise SDFGError("--check needs --model, and --model needs --check")
    with CompiledModel.load(interface_file(artifact), threads=threads) as compiled:
        values = compiled.interface.inputs
        names = [value.name for value in values]
        ranges = parse_ranges(value_range or (), names)
        given = read_arrays(inputs or (), names)
        sizes = complete_sizes(values, given, parse_sizes(size or ()))
        if sizes:
            console.print("sizes  " + ", ".join(f"{k}={v}" for k, v in sorted(sizes.items())))
        rng = np.random.default_rng(seed)
        feed: dict[str, Array] = {}
        for value in values:
            drawn = random_array(value, sizes, rng, ranges.get(value.name, INTEGERS))
            feed[value.name] = as_stated(given.get(value.name, drawn), value)
        results = dict(
            zip((o.name for o in compiled.interface.outputs), compiled.run([*feed.values()]))
        )
        show(results)
        if save is not None:
            save_results(save, results)
        calls: dict[str, Callable[[], Any]] = {"sdfg": lambda: compiled.run([*feed.values()])}
        agreed = True
        if check is not None and model is not None:
            calls[check.value] = prepare(check, model, feed, threads)
            agreed = report_agreement(results, calls[check.value](), check)
        if bench is not None:
            report_times(calls, bench)
        if not agreed:
            raise typer.Exit(1)


def interface_file(artifact: Path) -> Path:
    """The `.json` file, or the folder, that `artifact` means."""
    if not artifact.exists():
        raise SDFGError(f"{artifact}: no such file\nhint: sdfg-compile makes it from a model")
    return artifact.with_suffix(".json") if artifact.suffix == ".so" else artifact


def show(results: Mapping[str, Array]) -> None:
    """Print what came out, a row per result."""
    table = Table("output", "type", "shape", "min", "mean", "max")
    for name, array in results.items():
        numbers = ["", "", ""]
        if array.size:
            wide = array.astype(np.float64)
            numbers = [f"{float(f(wide)):.6g}" for f in (np.min, np.mean, np.max)]
        table.add_row(name, str(array.dtype), "x".join(map(str, array.shape)), *numbers)
    console.print(table)


def save_results(path: Path, results: Mapping[str, Array]) -> None:
    """
    Write an `.npz` file, complete or not at all.

    Types of `ml_dtypes`, for which such files have no name, are written as bytes.
    """
    plain = {
        name: array if array.dtype.isbuiltin == 1 else array.view(f"V{array.dtype.itemsize}")
        for name, array in results.items()
    }
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **plain)


def report_agreement(results: Mapping[str, Array], want: Sequence[Array], peer: Peer) -> bool:
    """Print a line per result, and return whether all agree with what `peer` computed."""
    if len(want) != len(results):
        console.print(f"{peer.value} gives {len(want)} results, this model {len(results)}")
        return False
    good = True
    for (name, got), expected in zip(results.items(), want, strict=True):
        agreement = compare(got, expected)
        word = "agrees with" if agreement.good else "DISAGREES with"
        console.print(f"'{name}' {word} {peer.value}: {agreement}", markup=False)
        good = good and agreement.good
    return good


def report_times(calls: dict[str, Callable[[], Any]], seconds: float) -> None:
    """Time all `calls` for about `seconds` each and print a row for each."""
    times = measure_in_turns(calls, seconds)
    table = Table("", "median ms", "best ms", "runs", "time / sdfg")
    for name, found in times.items():
        ratio = found.median / times["sdfg"].median
        milliseconds = [f"{1e3 * t:.3f}" for t in (found.median, found.best)]
        table.add_row(name, *milliseconds, str(len(found.seconds)), f"{ratio:.2f}")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `sdfg-run` on `arguments`, or on those of the process."""
    given = sys.argv[1:] if arguments is None else arguments
    words = [f"--bench={BENCH_SECONDS}" if word == "--bench" else word for word in given]
    app(args=words, prog_name="sdfg-run")
