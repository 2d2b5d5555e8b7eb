"""Every pipeline of the compiler, as tuples of passes; `sdfg-opt` runs each pass alone."""

from xdsl.passes import ModulePass

from sdfg.lowering.schedule.apply_recipes import ApplyRecipesPass
from sdfg.lowering.schedule.attention.online_softmax import OnlineSoftmaxPass
from sdfg.lowering.schedule.choose_fusions import ChooseFusionsPass
from sdfg.lowering.schedule.expand_copies import ExpandCopiesPass
from sdfg.lowering.schedule.fuse_parallel import FuseParallelPass
from sdfg.lowering.schedule.outline_maps import OutlineMapsPass
from sdfg.lowering.schedule.overwrite_operands import OverwriteOperandsPass
from sdfg.lowering.schedule.parallelize import ParallelizePass
from sdfg.lowering.schedule.permute_layouts import PermuteLayoutsPass
from sdfg.lowering.schedule.recipes.transformations import TRANSFORMATIONS
from sdfg.lowering.schedule.set_machine import SetMachinePass
from sdfg.lowering.schedule.side_by_side import SideBySidePass
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


TO_SDFG: Pipeline = (FromLinalgPass(), WinogradConvolutionsPass(), ExpandLibraryPass())
"""From linalg on tensors to maps: algorithms chosen, library nodes expanded."""

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


def schedule(machine: SetMachinePass, without: tuple[str, ...] = ()) -> Pipeline:
    """
    A schedule for a machine: layouts, and recipes for each nest, `without` steps of these names.
    """
    return (
        machine,
        PermuteLayoutsPass(),
        OverwriteOperandsPass(),
        ExpandCopiesPass(),
        OnlineSoftmaxPass(),
        ApplyRecipesPass(without=without),
        HoistInvariantsPass(),
        HoistConstantsPass(),
        EliminateDeadCodePass(),
    )


def finish() -> Pipeline:
    """What comes last, when the constants are known: fusion, lanes, threads, functions, memory."""
    return (
        ChooseFusionsPass(),
        VectorizeMapsPass(),
        ParallelizePass(),
        FuseParallelPass(),
        SideBySidePass(),
        OutlineMapsPass(),
        ReuseContainersPass(),
    )


_REQUIRED = frozenset({"from-linalg", "expand-library", "set-machine", "apply-recipes"})
"""Passes without which there is no program, or none that the next ones take."""

OPTIONAL: frozenset[str] = (
    frozenset(
        one.name.removeprefix("sdfg-")
        for one in (*TO_SDFG, *SIMPLIFY, *schedule(SetMachinePass(cores=1)), *finish())
    ).union(TRANSFORMATIONS)
    - _REQUIRED
)
"""What can be left out, at the cost of speed: passes, and transformations in recipes."""
