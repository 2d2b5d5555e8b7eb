"""
Process start to first result.

Ours is a C program on the library, with the weights mapped; others are the scripts of `starts`,
which import the library, load the model and run it once.
"""

import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sdfg.backends.c_tree.printer import print_file
from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.harness import harness_file
from sdfg.backends.openmp.toolchain import Options, runtime_headers
from sdfg.backends.runtime_interface import DTYPES, Interface
from sdfg.backends.runtime_shapes import ShapeSolver
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.models import ModelFiles
from sdfg.tools.bench.peers import OURS
from sdfg.tools.bench.peers.ours import arguments
from sdfg.tools.bench.processes import worker_environment
from sdfg.tools.bench.results import Figures, Startup
from sdfg.tools.bench.usage import peak_bytes

REPETITIONS = 7
_LIMIT = 120.0
_SCRIPTS = {"onnxruntime": "onnx_runtime", "openvino": "open_vino", "iree": "iree"}


@dataclass(frozen=True)
class Start:
    """A command that writes to its standard output when it has the first result."""

    command: tuple[str, ...]
    environment: dict[str, str]


def measure_startup(
    model: ModelFiles, figures: dict[str, Figures], artifacts: dict[str, Path], threads: int
) -> None:
    """
    Fill in the start-up of each peer that has run; in turns, after a first run of each.

    `artifacts` has the folders of what was compiled ahead of time, by peer.
    """
    with tempfile.TemporaryDirectory(prefix="sdfg-bench-") as text:
        starts: dict[str, Start] = {}
        for name, found in figures.items():
            if found.failure is None:
                try:
                    starts[name] = _start(name, model, artifacts.get(name), threads, Path(text))
                except SDFGError as error:
                    found.startup_failure = str(error).partition("\n")[0]
        times = _take_turns(starts, figures)
        for name, seconds in times.items():
            if seconds:
                peak = peak_of(starts[name])
                figures[name].startup = Startup(statistics.median(seconds), peak)


def _take_turns(starts: dict[str, Start], figures: dict[str, Figures]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in starts}
    for turn in range(REPETITIONS + 1):
        for name, start in starts.items():
            if figures[name].startup_failure is not None:
                continue
            try:
                seconds = seconds_of(start)
            except SDFGError as error:
                figures[name].startup_failure = str(error)
                times[name].clear()
                continue
            if turn > 0:
                times[name].append(seconds)
    return times


def seconds_of(start: Start) -> float:
    """From the start of the process to its first output. Raises `SDFGError` if it has none."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = _spawn(start, errors.fileno())
        assert process.stdout is not None
        first = process.stdout.read(1)
        seconds = time.perf_counter() - began
        process.stdout.read()
        status = process.wait(_LIMIT)
        if not first or status != 0:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            raise SDFGError(f"status {status}: {lines[-1] if lines else 'no message'}")
    return seconds


def peak_of(start: Start) -> int:
    """The largest resident memory of such a process, looked at until it ends."""
    peak = 0
    process = _spawn(start, subprocess.DEVNULL, subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, peak_bytes(process.pid))
    return peak


def _spawn(start: Start, errors: int, output: int = subprocess.PIPE) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        start.command,
        env=start.environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
    )


def _start(
    name: str, model: ModelFiles, artifact: Path | None, threads: int, folder: Path
) -> Start:
    environment = worker_environment(threads)
    if name == OURS and artifact is not None:
        return Start(_our_command(artifact, model, threads, folder), environment)
    if name not in _SCRIPTS:
        raise SDFGError("not measured: it has no file of a model that another process could load")
    script = Path(__file__).with_name("starts") / f"start_{_SCRIPTS[name]}.py"
    file = model.onnx if artifact is None else artifact / "model.vmfb"
    inputs = model.folder / "inputs.npz"
    return Start((sys.executable, str(script), str(file), str(inputs), str(threads)), environment)


def _our_command(artifact: Path, model: ModelFiles, threads: int, folder: Path) -> tuple[str, ...]:
    """Build the program beside a copy of the library, and say how it is called."""
    description = artifact / "model.json"
    interface = Interface.from_json(description.read_text(), str(description))
    executable = _build(artifact, interface, folder)
    inputs = arguments(interface, model)
    sizes = ShapeSolver.of(interface).solve([x.shape for x in inputs])
    files = [folder / f"input{i}" for i in range(len(inputs))]
    for file, value, array in zip(files, interface.inputs, inputs, strict=True):
        file.write_bytes(np.ascontiguousarray(array, DTYPES[value.dtype]).tobytes())
    outputs = zip(interface.outputs, sizes.outputs, strict=True)
    lengths = [int(np.prod(shape)) * DTYPES[value.dtype].itemsize for value, shape in outputs]
    targets = ["/dev/stdout", *["/dev/null"] * (len(lengths) - 1)]
    weights = "-" if interface.weights is None else str(artifact / interface.weights)
    numbers = (threads, *sizes.symbols)
    words = (executable, weights, *numbers, *files, *lengths, *targets)
    return tuple(str(word) for word in words)


def _build(artifact: Path, interface: Interface, folder: Path) -> Path:
    """The program, in `folder`, linked with the library there."""
    for name, text in runtime_headers().items():
        (folder / name).write_text(text)
    for file in (artifact / interface.library, *artifact.glob("*.h")):
        shutil.copy(file, folder)
    header = f"{interface.prefix}.h"
    (folder / "start.c").write_text(print_file(harness_file(interface, header, mapped=True)))
    compiler = find_compiler()
    command = [*compiler.command, *Options().flags(compiler), "start.c", interface.library]
    command += ["-Wl,-rpath,$ORIGIN", "-o", "start", "-lm"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line]
        raise SDFGError(f"{shlex.join(command)}: {(lines or ['failed'])[0]}")
    return folder / "start"
