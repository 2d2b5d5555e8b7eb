"""What the machine can do, measured by a C program: FMA peak and bandwidths. See `probe.c`."""

import json
import subprocess
from dataclasses import asdict, dataclass
from importlib.resources import files

from sdfg.backends.openmp.compiler import find_compiler
from sdfg.backends.openmp.machine import detect_machine
from sdfg.backends.openmp.toolchain import Options, Program, compile_program
from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.cost import Cost

_DEFAULT_L2, _DEFAULT_L3 = 512 * 1024, 8 * 1024 * 1024
"""Where the system does not tell."""


@dataclass(frozen=True)
class Speeds:
    """Of one number of threads."""

    threads: int
    flops: float
    """Single-precision FLOP/s of fused multiply-adds on registers."""
    dram_read: float
    """Bytes/s, as all below."""
    dram_triad: float
    """Two streams read and one written; what the write reads first is not counted."""
    l3: float
    l2: float


@dataclass(frozen=True)
class Limits:
    """Of this machine, by number of threads."""

    l2_bytes: int
    """Of one core."""
    l3_bytes: int
    speeds: dict[int, Speeds]

    def bandwidth(self, cost: Cost, threads: int) -> float:
        """Bytes/s of the nearest memory that holds all the bytes of a run, and so of the next."""
        speeds = self.speeds[threads]
        if cost.bytes <= self.l2_bytes * threads:
            return speeds.l2
        if cost.bytes <= self.l3_bytes:
            return speeds.l3
        return max(speeds.dram_read, speeds.dram_triad)

    def bound(self, cost: Cost, threads: int) -> float:
        """
        Lower bound of the time of a run, in seconds.

        Source: Williams, Waterman, Patterson, CACM 52(4), 2009.
        """
        work = cost.flops / self.speeds[threads].flops
        return max(work, cost.bytes / self.bandwidth(cost, threads))


def better(first: Limits, second: Limits) -> Limits:
    """The higher of both for each figure: what disturbs a measurement makes it lower."""
    merged: dict[int, Speeds] = {}
    for threads, a in first.speeds.items():
        b = second.speeds[threads]
        best = {name: max(value, getattr(b, name)) for name, value in asdict(a).items()}
        merged[threads] = Speeds(**best)
    return Limits(first.l2_bytes, first.l3_bytes, merged)


def measure_limits(threads: tuple[int, ...]) -> Limits:
    """Measure each of `threads`; takes some seconds. Raises `SDFGError` if the program fails."""
    compiler = find_compiler()
    facts = detect_machine(compiler)
    l2, l3 = facts.l2_bytes or _DEFAULT_L2, facts.l3_bytes or _DEFAULT_L3
    source = files("sdfg.tools.bench").joinpath("probe.c").read_text(encoding="utf-8")
    defines = (f"-DVECTOR_BYTES={facts.vector_bytes}", f"-DREGISTERS={facts.vector_registers}")
    options = Options(fast_math=True, extra=defines)
    program = compile_program(Program("probe", {"probe.c": source}), options).path
    speeds: dict[int, Speeds] = {}
    for count in threads:
        done = subprocess.run(
            [str(program), str(count), str(l2), str(l3)],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SDFGError(f"measuring the machine failed: {done.stderr.strip()}")
        speeds[count] = Speeds(threads=count, **json.loads(done.stdout))
    return Limits(l2, l3, speeds)
