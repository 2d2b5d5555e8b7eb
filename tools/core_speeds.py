"""
How fast a core of this machine is: measured once, and kept in the cache folder.

    measure_speeds(compiler, cores=2)        # takes some seconds
    kept_speeds(compiler, cores=2)           # what was measured, or None
"""

import hashlib
import json
import platform
import subprocess
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from sdfg.backends.openmp.cache import default_cache_folder
from sdfg.backends.openmp.compiler import Compiler
from sdfg.backends.openmp.machine import detect_machine
from sdfg.backends.openmp.toolchain import Options, Program, compile_program
from sdfg.dialect.diagnostics import SDFGError

_CPU = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class CoreSpeeds:
    """The facts of `#sdfg.machine` that only a measurement tells; rounded, as it varies."""

    core_gflops: int
    core_gbytes: int
    start_ns: int


def kept_speeds(compiler: Compiler, cores: int) -> CoreSpeeds | None:
    """What was measured of this machine with `cores` threads, if it was."""
    try:
        found = json.loads(_file(compiler, cores).read_text(encoding="utf-8"))
        return CoreSpeeds(**{name: int(value) for name, value in found.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def measure_speeds(compiler: Compiler, cores: int) -> CoreSpeeds:
    """
    Measure with `cores` threads at once, and keep what was found.

    Raises `SDFGError` where the programs that measure fail, or the cache cannot be written.
    """
    from sdfg.tools.bench.limits import measure_limits

    speeds = measure_limits((cores,)).speeds[cores]
    found = CoreSpeeds(
        core_gflops=rounded(speeds.flops / cores / 1e9),
        core_gbytes=rounded(speeds.l3 / cores / 1e9),
        start_ns=rounded(start_nanoseconds(compiler, cores)) if cores > 1 else 1000,
    )
    file = _file(compiler, cores)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(found)), encoding="utf-8")
    except OSError as error:
        raise SDFGError(
            f"{file}: cannot be written ({error.strerror})\n"
            "hint: set SDFG_CACHE_DIR to a folder that can be written"
        ) from error
    return found


def start_nanoseconds(compiler: Compiler, threads: int) -> float:
    """What a loop on `threads` threads costs, by a C program."""
    source = files("sdfg.tools").joinpath("start.c").read_text(encoding="utf-8")
    built = compile_program(Program("start", {"start.c": source}), Options(), compiler=compiler)
    done = subprocess.run(
        [str(built.path), str(threads)], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SDFGError(f"measuring the threads failed: {done.stderr.strip()}")
    return float(done.stdout)


def rounded(value: float) -> int:
    """The number with two digits, 1 at least: another measurement then mostly says the same."""
    return max(1, int(float(f"{value:.1e}")))


def _file(compiler: Compiler, cores: int) -> Path:
    """Where the figures of this machine are: by all that tells it from another one."""
    models = [line for line in _text(_CPU).splitlines() if line.startswith("model name")][:1]
    facts = [platform.machine(), *models, asdict(detect_machine(compiler)), cores]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return default_cache_folder() / "machines" / f"{digest[:16]}.json"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
