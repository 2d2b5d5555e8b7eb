"""What this machine has: cores, SIMD registers, caches."""

import os
from dataclasses import dataclass
from pathlib import Path

from sdfg.backends.openmp.compiler import Compiler

_CPU = Path("/sys/devices/system/cpu/cpu0")
_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")

_SIMD = (
    # a macro the compiler predefines, bytes per register, number of registers
    ("__AVX512F__", 64, 32),
    ("__AVX2__", 32, 16),
    ("__AVX__", 32, 16),
    ("__SSE2__", 16, 16),
    ("__ARM_NEON", 16, 32),
    ("__VSX__", 16, 64),
    ("__wasm_simd128__", 16, 16),
    ("__loongarch_asx", 32, 32),
    ("__loongarch_sx", 16, 32),
)
_FUSED = ("__FMA__", "__AVX512F__", "__aarch64__", "__ARM_FEATURE_FMA", "__VSX__", "__riscv_v")


@dataclass(frozen=True)
class MachineFacts:
    """Facts of a CPU that decisions may rest on; nothing in here names a vendor."""

    cores: int
    """Logical cores this process may use at once."""
    vector_bytes: int
    """Size of a SIMD register; 4, the size of a float, where there are none."""
    vector_registers: int
    fused_multiply_add: bool
    cache_line_bytes: int
    l1_bytes: int
    """Level 1 data cache of one core. Sizes of caches are 0 where the system does not tell."""
    l2_bytes: int
    """Level 2 cache of one core."""
    l3_bytes: int
    """The last level cache that the cores share; 0 if there is none."""


def detect_machine(compiler: Compiler) -> MachineFacts:
    """The facts of this machine, as `compiler` and the operating system see it."""
    vector_bytes, registers = _simd(compiler)
    caches = _caches(_CPU / "cache")
    return MachineFacts(
        cores=available_cores(),
        vector_bytes=vector_bytes,
        vector_registers=registers,
        fused_multiply_add=any(macro in compiler.macros for macro in _FUSED),
        cache_line_bytes=caches.get(0, 64),
        l1_bytes=caches.get(1, 0),
        l2_bytes=caches.get(2, 0),
        l3_bytes=caches.get(3, 0),
    )


def available_cores() -> int:
    """Logical cores this process may use: its affinity, cut to the quota of its container."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        quota, period = _CGROUP_QUOTA.read_text().split()
        cores = cores if quota == "max" else min(cores, -(-int(quota) // int(period)))
    except (OSError, ValueError):
        pass
    return max(cores, 1)


def _simd(compiler: Compiler) -> tuple[int, int]:
    macros = compiler.macros
    if "__riscv_v_min_vlen" in macros:
        return int(macros["__riscv_v_min_vlen"]) // 8, 32
    for macro, size, registers in _SIMD:
        if macro in macros:
            return size, registers
    return 4, 16


def _caches(folder: Path) -> dict[int, int]:
    """Bytes by level of the caches that hold data; at level 0 the size of a line."""
    found: dict[int, int] = {}
    for cache in sorted(folder.glob("index*")):
        try:
            if (cache / "type").read_text().strip() == "Instruction":
                continue
            found[int((cache / "level").read_text())] = _size((cache / "size").read_text())
            found[0] = int((cache / "coherency_line_size").read_text())
        except (OSError, ValueError):
            continue
    return found


def _size(text: str) -> int:
    text = text.strip()
    unit = {"K": 2**10, "M": 2**20, "G": 2**30}.get(text[-1:], 1)
    return int(text.rstrip("KMG")) * unit
