"""
From C sources to a shared library or a program: compiled in parallel, cached by content.

    built = compile_library(Program("model", sources={"model.c": text}))
    built.path      # .../model.so, in the cache
"""

import dataclasses
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Literal

from sdfg.backends.openmp.cache import Cache, default_cache_folder
from sdfg.backends.openmp.compiler import Compiler, find_compiler
from sdfg.backends.openmp.machine import available_cores
from sdfg.dialect.diagnostics import SDFGError

_LOG = "log.txt"
_WARNINGS = ("-Wall", "-Wextra", "-Wno-psabi")
"""How functions take vectors wider than registers does not matter: all of them are inlined."""
_FAST_MATH = ("-ffp-contract=fast", "-fassociative-math", "-fno-signed-zeros", "-freciprocal-math")
_GCC_LOOPS = ("-fno-predictive-commoning", "-fira-region=one", "-fpeel-loops")
"""
gcc would keep the operands of the next iteration in memory, and give registers to constants of the
loops around: where all vector registers hold results, neither pays. Short loops with known ends
become straight code, as with -O3, the rest of which takes a third of the time and gains nothing.
"""
_GCC_IDLE = (
    "-fno-tree-slp-vectorize",
    "-fno-tree-bit-ccp",
    "-fno-tree-pre",
    "-fno-code-hoisting",
    "-fno-gcse",
    "-fno-tree-dominator-opts",
    "-fno-thread-jumps",
)
"""
What finds next to nothing in generated code, where vectors are explicit, values have names and
branches are few: a fifth of the time for the same speed.
"""
_SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g1", "-O1")


@dataclass(frozen=True)
class Options:
    """How to compile. The defaults keep IEEE 754 results: no reassociation, no contraction."""

    optimize: int = 2
    native: bool = True
    """Use all instructions of this machine; off for libraries that move to others."""
    fast_math: bool = False
    """Allow sums in another order, fused multiply-adds, reciprocals. NaN and infinity stay."""
    sanitize: bool = False
    """Stop at memory errors and undefined behaviour; for programs (`compile_program`) only."""
    debug: bool = False
    openmp: bool = False
    """Run parallel maps on the threads of OpenMP, not on threads of the model's own."""
    extra: tuple[str, ...] = ()
    """Further flags, last on the command line."""

    def __post_init__(self) -> None:
        if self.optimize not in range(4):
            raise ValueError(f"optimize is 0 to 3, not {self.optimize}")

    @property
    def threads(self) -> tuple[str, ...]:
        """The flags that decide whose threads run parallel maps, for compiling and for linking."""
        return ("-fopenmp", "-DSDFG_TEAM_OPENMP") if self.openmp else ("-fopenmp-simd", "-pthread")

    def flags(self, compiler: Compiler) -> tuple[str, ...]:
        """The flags of every translation unit."""
        chosen = ["-std=gnu11", f"-O{self.optimize}", "-fPIC", *_WARNINGS, *self.threads]
        chosen += ["-fno-math-errno", "-fno-trapping-math", "-fno-semantic-interposition"]
        chosen += () if "__clang__" in compiler.macros else (*_GCC_LOOPS, *_GCC_IDLE)
        chosen += _FAST_MATH if self.fast_math else ("-ffp-contract=off",)
        chosen += compiler.native_flags if self.native else ()
        chosen += ("-g",) if self.debug else ()
        chosen += _SANITIZE if self.sanitize else ()
        return (*chosen, *self.extra)


@dataclass(frozen=True)
class Program:
    """Texts to compile; the runtime's headers are always beside them."""

    name: str
    """Of the result: `name.so`, or `name`."""
    sources: Mapping[str, str]
    """Text by file name, one translation unit each."""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Built:
    """A result, in the cache: copy it from there, never change it."""

    path: Path
    log: str
    """The commands and what the compiler said, warnings among it."""
    cached: bool
    seconds: float
    """Wall time this took."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The lines in which the compiler warned."""
        return tuple(line for line in self.log.splitlines() if "warning:" in line)


@dataclass(frozen=True)
class _Key:
    """All that decides about the bytes of a result."""

    kind: Literal["library", "program"]
    name: str
    sources: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    compiler: str
    layout: int = 1
    """Of the cache's entries; a new number makes old entries invisible."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(dataclasses.astuple(self)).encode()).hexdigest()

    @property
    def product(self) -> str:
        return f"{self.name}.so" if self.kind == "library" else self.name


def compile_library(
    program: Program,
    options: Options = Options(),
    *,
    compiler: Compiler | None = None,
    cache: Cache | None = None,
    jobs: int | None = None,
) -> Built:
    """
    Compile and link a shared library, or find it in the cache.

    `jobs` translation units are compiled at once, by default as many as there are cores. Raises
    `SDFGError` if there is no compiler, if the compiler fails (its command and log are kept, in a
    file that the message names), and if the cache cannot be written.
    """
    if options.sanitize:
        raise ValueError("sanitizers need a program of their own: use compile_program")
    return _build("library", program, options, compiler, cache, jobs)


def compile_program(
    program: Program,
    options: Options = Options(),
    *,
    compiler: Compiler | None = None,
    cache: Cache | None = None,
    jobs: int | None = None,
) -> Built:
    """The same for an executable: one of the sources has a `main`."""
    return _build("program", program, options, compiler, cache, jobs)


@lru_cache(maxsize=1)
def runtime_headers() -> Mapping[str, str]:
    """The C headers that generated code includes: text by file name."""
    folder = files("sdfg.backends.openmp").joinpath("runtime")
    headers = sorted((f for f in folder.iterdir() if f.name.endswith(".h")), key=lambda f: f.name)
    return {file.name: file.read_text(encoding="utf-8") for file in headers}


def _build(
    kind: Literal["library", "program"],
    program: Program,
    options: Options,
    compiler: Compiler | None,
    cache: Cache | None,
    jobs: int | None,
) -> Built:
    started = time.perf_counter()
    compiler = compiler or find_compiler()
    cache = cache or Cache(default_cache_folder())
    key = _Key(
        kind,
        program.name,
        tuple(sorted(program.sources.items())),
        tuple(sorted({**runtime_headers(), **program.headers}.items())),
        options.flags(compiler),
        compiler.identity,
    )
    entry = cache.entry(key.digest)
    cached = (entry / key.product).exists()
    if not cached:
        with cache.workspace() as work:
            _compile_in(work, key, compiler, cache, jobs or available_cores())
            entry = cache.keep(work, key.digest, key.product)
    log = (entry / _LOG).read_text(encoding="utf-8")
    return Built(entry / key.product, log, cached, time.perf_counter() - started)


def _compile_in(work: Path, key: _Key, compiler: Compiler, cache: Cache, jobs: int) -> None:
    """Write the sources into `work`, compile them, link them, and write the log."""
    for name, text in (*key.sources, *key.headers):
        (work / name).write_text(text, encoding="utf-8")
    linked = ("-fsanitize", "-fopenmp", "-pthread")
    flags = tuple(flag for flag in key.flags if flag.startswith(linked))
    shared = ("-shared",) if key.kind == "library" else ()
    if shared and "__linux__" in compiler.macros:
        shared += ("-Wl,-z,defs",)  # a missing function is an error here, not when loading
    objects = [f"{name}.o" for name, _ in key.sources]
    units = [
        [*compiler.command, *key.flags, "-c", name, "-o", f"{name}.o"] for name, _ in key.sources
    ]
    link = [*compiler.command, *shared, *flags, *objects, "-o", key.product, "-lm"]
    run = _Commands(work)
    run.all(units, jobs)
    if not run.failed:
        run.all([link], 1)
    log = "".join(run.logs)
    (work / _LOG).write_text(log, encoding="utf-8")
    if run.failed:
        raise SDFGError(_failure(cache.keep_failed(work, key.digest), run, log))
    for name in objects:
        (work / name).unlink()


def _failure(kept: Path, run: "_Commands", log: str) -> str:
    command, status = run.failed[0]
    lines = [line for line in log.splitlines() if "error:" in line]
    what = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
    if status < 0:
        hint = "a killed compiler mostly means too little memory: compile with fewer jobs"
    elif "No space left on device" in log:
        hint = "the disk is full: free some space, or set SDFG_CACHE_DIR and TMPDIR"
    else:
        hint = f"the sources and the whole log are kept: {kept / _LOG}"
    details = "".join(f"\n  {line}" for line in lines[:5])
    return (
        f"the C compiler {what}: {shlex.join(command)}{details}\nlog: {kept / _LOG}\nhint: {hint}"
    )


class _Commands:
    """Runs commands in a folder, several at once; none outlives an exception."""

    def __init__(self, folder: Path) -> None:
        self.logs: list[str] = []
        self.failed: list[tuple[list[str], int]] = []
        self._folder = folder
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = Lock()
        self._stopped = False

    def all(self, commands: Sequence[list[str]], jobs: int) -> None:
        """Run all of them; none is started after one failed. Logs come in their order."""
        with ThreadPoolExecutor(max(1, min(jobs, len(commands)))) as pool:
            futures = [pool.submit(self._one, command) for command in commands]
            try:
                outcomes = [future.result() for future in futures]
            except BaseException:
                self._stop()
                raise
        for command, outcome in zip(commands, outcomes, strict=True):
            if outcome is None:
                continue
            status, output = outcome
            self.logs.append(f"$ {shlex.join(command)}\n{output}")
            if status != 0:
                self.failed.append((command, status))

    def _one(self, command: list[str]) -> tuple[int, str] | None:
        with self._lock:
            if self._stopped:
                return None
            try:
                process = subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env={**os.environ, "LC_ALL": "C"},
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                )
            except OSError as error:
                self._stopped = True
                return 127, f"{command[0]}: {error.strerror}\n"
            self._running.add(process)
        output, _ = process.communicate()
        with self._lock:
            self._running.discard(process)
            self._stopped |= process.returncode != 0
        return process.returncode, output

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True
            for process in self._running:
                with suppress(OSError):  # has just ended
                    # The driver and what it started; they remove their temporary files.
                    os.killpg(process.pid, signal.SIGTERM)


def copy_artifact(built: Built, target: Path) -> None:
    """
    Copy a result to `target`, which appears at once and complete.

    Raises `SDFGError` if that place cannot be written.
    """
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        shutil.copyfile(built.path, unfinished)
        unfinished.chmod(0o755)
        unfinished.replace(target)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise SDFGError(
            f"'{target}' cannot be written ({error.strerror})\nhint: choose another folder"
        ) from error
