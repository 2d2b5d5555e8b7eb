"""What `sdfg-opt` (and plain `xdsl-opt`) can see: one line per dialect, pass and target."""

from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.target import Target


def _dialect() -> Dialect:
    from sdfg.dialect.dialect import SDFG

    return SDFG


def _openmp() -> type[Target]:
    from sdfg.backends.openmp.target import OpenMPTarget

    return OpenMPTarget


def _eliminate_dead_code() -> type[ModulePass]:
    from sdfg.lowering.simplify.eliminate_dead_code import EliminateDeadCodePass

    return EliminateDeadCodePass


def _fuse_states() -> type[ModulePass]:
    from sdfg.lowering.simplify.fuse_states import FuseStatesPass

    return FuseStatesPass


def _fuse_maps() -> type[ModulePass]:
    from sdfg.lowering.simplify.fuse_maps import FuseMapsPass

    return FuseMapsPass


def _fuse_tasklets() -> type[ModulePass]:
    from sdfg.lowering.simplify.fuse_tasklets import FuseTaskletsPass

    return FuseTaskletsPass


SDFG_UNIVERSE = Universe(
    all_dialects={"sdfg": _dialect},
    all_passes={
        "sdfg-eliminate-dead-code": _eliminate_dead_code,
        "sdfg-fuse-states": _fuse_states,
        "sdfg-fuse-maps": _fuse_maps,
        "sdfg-fuse-tasklets": _fuse_tasklets,
    },
    all_targets={"openmp-c": _openmp},
)
