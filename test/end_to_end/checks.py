"""What every compiled model must stand: right results, clean C, the same bytes twice."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.harness import run_harness, with_harness
from sdfg.backends.openmp.toolchain import Options, Program, compile_program, runtime_headers
from sdfg.lowering.frontend.imported import ImportedModel
from sdfg.tools.accuracy import compare
from sdfg.tools.driver import Artifact, Compilation, CompileOptions

Arrays = Sequence[np.ndarray]
OPTIONS = CompileOptions(threads=2)


def compiled(imported: ImportedModel, name: str, folder: Path) -> Artifact:
    """The model as a library in `folder`, compiled without a warning."""
    folder.mkdir(parents=True, exist_ok=True)
    artifact = Compilation(imported, OPTIONS, name).to_library(folder)
    assert "warning" not in artifact.report, artifact.report
    return artifact


def assert_agrees(results: Sequence[Any], wanted: Arrays) -> None:
    """Hold results to those of a reference, within the project's tolerances."""
    assert len(results) == len(wanted)
    for got, want in zip(results, wanted, strict=True):
        assert np.std(want.astype(np.float64)) > 0 or want.size == 1, "the reference is constant"
        agreement = compare(np.asarray(got), want)
        assert agreement.good, str(agreement)


def assert_runs(artifact: Artifact, feeds: Sequence[Arrays], wanted: Sequence[Arrays]) -> None:
    """Run the library on each feed and compare."""
    with artifact.load(threads=2) as model:
        for feed, want in zip(feeds, wanted, strict=True):
            assert_agrees(model.run(feed), want)


def sources(artifact: Artifact) -> dict[str, str]:
    """The generated C files by name."""
    files = sorted(p for p in artifact.folder.iterdir() if p.suffix in (".c", ".h"))
    return {file.name: file.read_text() for file in files}


def assert_deterministic(
    artifact: Artifact, import_again: Callable[[], ImportedModel], folder: Path
) -> None:
    """Compile once more from the model: every byte of every file is the same."""
    again = compiled(import_again(), artifact.interface.prefix, folder)
    assert sources(again) == sources(artifact)
    for suffix in (".json", ".safetensors"):
        name = f"{artifact.interface.prefix}{suffix}"
        first, second = artifact.folder / name, again.folder / name
        assert first.exists() == second.exists()
        assert not first.exists() or first.read_bytes() == second.read_bytes()


def assert_clang_is_silent(artifact: Artifact, folder: Path) -> None:
    """clang warns of nothing; skipped without a word where there is no clang."""
    clang = shutil.which("clang")
    if clang is None:
        return
    for name, text in runtime_headers().items():
        (folder / name).write_text(text)
    files = [n for n in sources(artifact) if n.endswith(".c")]
    for name, text in sources(artifact).items():
        (folder / name).write_text(text)
    flags = ["-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-fopenmp"]
    done = subprocess.run(
        [clang, *flags, "-march=native", *files], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def assert_sanitized(artifact: Artifact, feed: Arrays, want: Arrays) -> None:
    """The same code under AddressSanitizer and UndefinedBehaviorSanitizer: silent, and right."""
    files = sources(artifact)
    program = Program(
        artifact.interface.prefix,
        {n: t for n, t in files.items() if n.endswith(".c")},
        {n: t for n, t in files.items() if n.endswith(".h")},
    )
    harness = with_harness(program, artifact.interface, f"{artifact.interface.prefix}.h")
    # clang does this many times faster than gcc, which the tests of random programs use.
    compiler = find_compiler("clang") if shutil.which("clang") else None
    built = compile_program(harness, Options(sanitize=True), compiler=compiler)
    weights = artifact.interface.weights
    results = run_harness(
        built.path,
        artifact.interface,
        feed,
        weights=None if weights is None else artifact.folder / weights,
    )
    assert_agrees(results, want)
