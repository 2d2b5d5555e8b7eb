"""The C compiler of this machine: found, and asked what it can do."""

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from sdfg.dialect.diagnostics import SDFGError

CANDIDATES = ("gcc", "clang", "cc")
_NATIVE_FLAGS = (("-march=native",), ("-mcpu=native",), ())
_FLAGS = ("-fopenmp-simd", "-pthread")
"""Loops in vector lanes, and threads: all that generated code wants besides C."""
_PROBE = """\
#include <math.h>
#include <pthread.h>
float probe(int n, const float *x, pthread_t *thread, void *(*body)(void *));
float probe(int n, const float *x, pthread_t *thread, void *(*body)(void *))
{
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < n; ++i) {
        sum += sqrtf(x[i]);
    }
    return pthread_create(thread, NULL, body, NULL) == 0 ? sum : 0.0f;
}
"""
_HINT = "install gcc or clang, or set CC to one of them"


@dataclass(frozen=True)
class Compiler:
    """A C compiler that works."""

    command: tuple[str, ...]
    """How it is called, such as `("/usr/bin/gcc",)` or `("ccache", "gcc")`."""
    family: Literal["gcc", "clang"]
    version: str
    """The first line of `--version`."""
    native_flags: tuple[str, ...]
    """What makes it use all instructions of this machine; nothing if it cannot."""
    macros: Mapping[str, str] = field(repr=False)
    """What it predefines with these flags: names and values."""

    def tuned_for(self, architecture: str) -> "Compiler":
        """
        The same for another machine: `native` is this one, `` the oldest that the compiler knows,
        others are what `-march` takes. Raises `SDFGError` for a name that it does not take.
        """
        if architecture == "native":
            return self
        return _tuned(self.command, architecture, self.family, self.version)

    @property
    def identity(self) -> str:
        """A digest of all that decides about its output: the version and the target."""
        text = "\n".join(f"{k}={v}" for k, v in sorted(self.macros.items()))
        return hashlib.sha256(f"{self.version}\n{text}".encode()).hexdigest()


def find_compiler(command: str | None = None) -> Compiler:
    """
    The compiler `command`, by default that of the environment variable `CC` if it is set, else the
    first of `CANDIDATES` on the `PATH` that works. Each is probed once per process.

    Raises `SDFGError` if there is none, with what is wrong with those that were tried.
    """
    requested = os.environ.get("CC", "") if command is None else command
    return _find(requested.strip(), os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=16)
def _find(requested: str, path: str) -> Compiler:
    reasons: list[str] = []
    for candidate in (requested,) if requested else CANDIDATES:
        command = _command(candidate, path)
        found = f"'{candidate}' is not on the PATH" if command is None else _probe(command)
        if isinstance(found, Compiler):
            return found
        reasons.append(found)
    where = "CC does not name a C compiler" if requested else "no C compiler found"
    raise SDFGError(f"{where}: {'; '.join(reasons)}\nhint: {_HINT}")


def _command(text: str, path: str) -> tuple[str, ...] | None:
    try:
        program, *arguments = shlex.split(text)
    except ValueError:
        return None
    found = shutil.which(program, path=path)
    return None if found is None else (found, *arguments)


def _probe(command: tuple[str, ...]) -> Compiler | str:
    """What `command` is, or what is wrong with it."""
    name = shlex.join(command)
    version = _output([*command, "--version"])
    if version is None:
        return f"'{name} --version' fails"
    for native in _NATIVE_FLAGS:
        text = _output([*command, *native, *_FLAGS, "-dM", "-E", "-x", "c", os.devnull])
        if text is not None:
            break
    else:
        return f"'{name}' does not know {shlex.join(_FLAGS)}"
    macros = _macros(text)
    if not _links(command):
        return f"'{name}' cannot compile and link a library with threads"
    family = "clang" if "__clang__" in macros else "gcc"
    return Compiler(command, family, version.splitlines()[0], native, macros)


@lru_cache(maxsize=16)
def _tuned(
    command: tuple[str, ...], architecture: str, family: Literal["gcc", "clang"], version: str
) -> Compiler:
    flags = (f"-march={architecture}",) if architecture else ()
    text = _output([*command, *flags, *_FLAGS, "-dM", "-E", "-x", "c", os.devnull])
    if text is None:
        raise SDFGError(
            f"'{shlex.join(command)}' does not know the machine '{architecture}'\n"
            "hint: name one that its -march takes, such as x86-64-v3, or native"
        )
    return Compiler(command, family, version, flags, _macros(text))


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 and done.stdout else None


def _macros(text: str) -> dict[str, str]:
    pairs = (line.removeprefix("#define ").partition(" ") for line in text.splitlines())
    return {name: value for name, _, value in pairs}


def _links(command: tuple[str, ...]) -> bool:
    with tempfile.TemporaryDirectory(prefix="sdfg-probe-") as folder:
        (Path(folder) / "probe.c").write_text(_PROBE)
        arguments = [*command, *_FLAGS, "-fPIC", "-shared", "probe.c", "-o", "probe.so", "-lm"]
        try:
            done = subprocess.run(
                arguments, cwd=folder, capture_output=True, check=False, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0
