"""Say which machine a module is for."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass

from sdfg.dialect.attrs import MachineAttr
from sdfg.lowering.schedule.machine import ATTRIBUTE


@dataclass(frozen=True)
class SetMachinePass(ModulePass):
    """
    Attach `#sdfg.machine` to the module: what schedules are chosen for.

    Before:

    ```
    builtin.module { ... }
    ```

    After `sdfg-set-machine{cores=2 vector-bytes=32 vector-registers=16}`:

    ```
    builtin.module attributes {sdfg.machine = #sdfg.machine<{cores = 2 : i64, ...}>} { ... }
    ```
    """

    name = "sdfg-set-machine"

    cores: int = 1
    """Threads that run at the same time."""
    vector_bytes: int = 64
    """Size of a SIMD register; 4, the size of a number, for none."""
    vector_registers: int = 32
    """Number of SIMD registers."""
    l1_bytes: int = 32768
    """Data cache next to a core."""
    l2_bytes: int = 1048576
    """Second cache of a core."""
    l3_bytes: int = 0
    """Cache that the cores share; 0 for none."""
    core_gflops: int = 240
    """What a core computes at most, in 10^9 fused multiplications and additions of f32 a second."""
    core_gbytes: int = 100
    """What a core reads from the shared cache while the others do too, in 10^9 bytes a second."""
    start_ns: int = 1000
    """What it costs, in nanoseconds, to begin a loop on all threads and to wait for its end."""

    def __post_init__(self) -> None:
        size = self.vector_bytes
        if self.cores < 1 or self.vector_registers < 4 or size < 4 or size & (size - 1):
            raise ValueError(
                f"{self.name}: a machine has a core, 4 vector registers and vectors of 4, 8, ... "
                f"bytes at least, got {self.cores}, {self.vector_registers} and {size}"
            )
        if min(caches := (self.l1_bytes, self.l2_bytes, self.l3_bytes)) < 0:
            raise ValueError(f"{self.name}: caches have sizes of at least 0, got {caches}")
        if min(speeds := (self.core_gflops, self.core_gbytes, self.start_ns)) < 1:
            raise ValueError(f"{self.name}: speeds and times are at least 1, got {speeds}")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        facts = {
            "cores": self.cores,
            "vector_bytes": self.vector_bytes,
            "vector_registers": self.vector_registers,
            "l1_bytes": self.l1_bytes,
            "l2_bytes": self.l2_bytes,
            "l3_bytes": self.l3_bytes,
            "core_gflops": self.core_gflops,
            "core_gbytes": self.core_gbytes,
            "start_ns": self.start_ns,
        }
        op.attributes[ATTRIBUTE] = MachineAttr(facts)
