"""Every pipeline of the compiler, as tuples of passes; `sdfg-opt` runs each pass alone."""

from xdsl.passes import ModulePass

from sdfg.lowering.schedule.apply_recipes import ApplyRecipesPass
from sdfg.lowering.schedule.expand_copies import ExpandCopiesPass
from sdfg.lowering.schedule.outline_maps import OutlineMapsPass
from sdfg.lowering.schedule.parallelize import ParallelizePass
from sdfg.lowering.schedule.permute_layouts import PermuteLayoutsPass
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.lowering.schedule.vectorize_maps import VectorizeMapsPass
from sdfg.lowering.simplify.eliminate_copies import EliminateCopiesPass
from sdfg.lowering.simplify.eliminate_dead_code import EliminateDeadCodePass
from sdfg.lowering.simplify.eliminate_views import EliminateViewsPass
from sdfg.lowering.simplify.fold_constants import FoldConstantsPass
from sdfg.lowering.simplify.fuse_maps import FuseMapsPass
from sdfg.lowering.simplify.fuse_states import FuseStatesPass
from sdfg.lowering.simplify.fuse_tasklets import FuseTaskletsPass
from sdfg.lowering.simplify.hoist_constants import HoistConstantsPass
from sdfg.lowering.simplify.hoist_invariants import HoistInvariantsPass
from sdfg.lowering.simplify.loops_to_maps import LoopsToMapsPass
from sdfg.lowering.simplify.reuse_containers import ReuseContainersPass
from sdfg.lowering.simplify.update_in_place import UpdateInPlacePass
from sdfg.lowering.to_sdfg.expand_library import ExpandLibraryPass
from sdfg.lowering.to_sdfg.from_linalg import FromLinalgPass
from sdfg.lowering.to_sdfg.winograd_convolutions import WinogradConvolutionsPass

Pipeline = tuple[ModulePass, ...]


def to_sdfg(*, winograd: bool = True) -> Pipeline:
    """
    From linalg on tensors to maps, library nodes expanded; with `winograd`, convolutions as
    Winograd convolutions where that is faster.
    """
    algorithms = (WinogradConvolutionsPass(),) if winograd else ()
    return (FromLinalgPass(), *algorithms, ExpandLibraryPass())


SIMPLIFY: Pipeline = (
    EliminateDeadCodePass(),
    LoopsToMapsPass(),
    FoldConstantsPass(),
    EliminateViewsPass(),
    HoistConstantsPass(),
    EliminateCopiesPass(),
    EliminateViewsPass(),
    HoistInvariantsPass(),
    FuseStatesPass(),
    FuseMapsPass(),
    FuseTaskletsPass(),
    EliminateDeadCodePass(),
)
"""What pays on every machine."""


def update_in_place(inputs: tuple[str, ...]) -> Pipeline:
    """Inputs that share the memory of the outputs that they are copied into."""
    return (UpdateInPlacePass(inputs), EliminateViewsPass(), EliminateDeadCodePass())


def schedule(machine: SetMachinePass) -> Pipeline:
    """The first schedule for a machine: tiles in registers, operands packed when compiled."""
    return (
        machine,
        PermuteLayoutsPass(),
        ExpandCopiesPass(),
        ApplyRecipesPass(),
        HoistInvariantsPass(),
        HoistConstantsPass(),
        EliminateDeadCodePass(),
    )


def finish() -> Pipeline:
    """What comes last, when the constants are known: lanes, threads, functions, memory."""
    return (
        VectorizeMapsPass(),
        ParallelizePass(),
        OutlineMapsPass(),
        ReuseContainersPass(),
    )
