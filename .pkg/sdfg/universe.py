"""What `sdfg-opt` (and plain `xdsl-opt`) can see: one line per dialect, pass and target."""

from xdsl.ir import Dialect
from xdsl.universe import Universe
from xdsl.utils.target import Target


def _dialect() -> Dialect:
    from sdfg.dialect.dialect import SDFG

    return SDFG


def _openmp() -> type[Target]:
    from sdfg.backends.openmp.target import OpenMPTarget

    return OpenMPTarget


SDFG_UNIVERSE = Universe(
    all_dialects={"sdfg": _dialect}, all_passes={}, all_targets={"openmp-c": _openmp}
)
