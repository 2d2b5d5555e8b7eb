"""The workloads by name; one file per family. Nothing here imports torch."""

from collections.abc import Mapping, Sequence

from sdfg.dialect.diagnostics import SDFGError
from sdfg.tools.bench.workload import Workload
from sdfg.tools.bench.workloads.images import IMAGES
from sdfg.tools.bench.workloads.kernels import KERNELS
from sdfg.tools.bench.workloads.matmuls import MATMULS
from sdfg.tools.bench.workloads.mlps import MLPS
from sdfg.tools.bench.workloads.texts import TEXTS

WORKLOADS: Mapping[str, Workload] = {
    workload.name: workload
    for family in (MATMULS, KERNELS, MLPS, IMAGES, TEXTS)
    for workload in family
}
"""All, in the order in which they are measured."""


def choose(names: Sequence[str]) -> tuple[Workload, ...]:
    """
    The workloads that `names` name, by themselves or by tag; all if there are none.

    Raises `SDFGError` for a name that is neither.
    """
    if not names:
        return tuple(WORKLOADS.values())
    chosen: dict[str, Workload] = {}
    for name in names:
        found = [w for w in WORKLOADS.values() if name == w.name or name in w.tags]
        if not found:
            tags = sorted({tag for w in WORKLOADS.values() for tag in w.tags})
            raise SDFGError(
                f"no workload '{name}'\nhint: the workloads are {', '.join(WORKLOADS)}\n"
                f"hint: groups of them are {', '.join(tags)}"
            )
        chosen |= {w.name: w for w in found}
    return tuple(w for w in WORKLOADS.values() if w.name in chosen)
