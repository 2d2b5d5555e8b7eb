"""What `sdfg-opt` (and plain `xdsl-opt`) can see: one line per dialect, pass and target."""

from collections.abc import Callable
from importlib import import_module

from xdsl.ir import Dialect
from xdsl.passes import ModulePass
from xdsl.universe import Universe
from xdsl.utils.target import Target


def _transformation(name: str) -> Callable[[], type[ModulePass]]:
    """The transformation of nests in the file `name`."""

    def load() -> type[ModulePass]:
        module = import_module(f"sdfg.lowering.schedule.transforms.{name}")
        return getattr(module, "".join(part.capitalize() for part in name.split("_")) + "Pass")

    return load


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


def _set_machine() -> type[ModulePass]:
    from sdfg.lowering.schedule.set_machine import SetMachinePass

    return SetMachinePass


def _expand_library() -> type[ModulePass]:
    from sdfg.lowering.to_sdfg.expand_library import ExpandLibraryPass

    return ExpandLibraryPass


def _winograd_convolutions() -> type[ModulePass]:
    from sdfg.lowering.to_sdfg.winograd_convolutions import WinogradConvolutionsPass

    return WinogradConvolutionsPass


def _from_linalg() -> type[ModulePass]:
    from sdfg.lowering.to_sdfg.from_linalg import FromLinalgPass

    return FromLinalgPass


def _eliminate_views() -> type[ModulePass]:
    from sdfg.lowering.simplify.eliminate_views import EliminateViewsPass

    return EliminateViewsPass


def _vectorize_maps() -> type[ModulePass]:
    from sdfg.lowering.schedule.vectorize_maps import VectorizeMapsPass

    return VectorizeMapsPass


def _parallelize() -> type[ModulePass]:
    from sdfg.lowering.schedule.parallelize import ParallelizePass

    return ParallelizePass


def _fuse_parallel() -> type[ModulePass]:
    from sdfg.lowering.schedule.fuse_parallel import FuseParallelPass

    return FuseParallelPass


def _side_by_side() -> type[ModulePass]:
    from sdfg.lowering.schedule.side_by_side import SideBySidePass

    return SideBySidePass


def _outline_maps() -> type[ModulePass]:
    from sdfg.lowering.schedule.outline_maps import OutlineMapsPass

    return OutlineMapsPass


def _fold_constants() -> type[ModulePass]:
    from sdfg.lowering.simplify.fold_constants import FoldConstantsPass

    return FoldConstantsPass


def _eliminate_copies() -> type[ModulePass]:
    from sdfg.lowering.simplify.eliminate_copies import EliminateCopiesPass

    return EliminateCopiesPass


def _hoist_constants() -> type[ModulePass]:
    from sdfg.lowering.simplify.hoist_constants import HoistConstantsPass

    return HoistConstantsPass


def _loops_to_maps() -> type[ModulePass]:
    from sdfg.lowering.simplify.loops_to_maps import LoopsToMapsPass

    return LoopsToMapsPass


def _fuse_halos() -> type[ModulePass]:
    from sdfg.lowering.schedule.fuse_halos import FuseHalosPass

    return FuseHalosPass


def _choose_fusions() -> type[ModulePass]:
    from sdfg.lowering.schedule.choose_fusions import ChooseFusionsPass

    return ChooseFusionsPass


def _update_in_place() -> type[ModulePass]:
    from sdfg.lowering.simplify.update_in_place import UpdateInPlacePass

    return UpdateInPlacePass


def _reuse_containers() -> type[ModulePass]:
    from sdfg.lowering.simplify.reuse_containers import ReuseContainersPass

    return ReuseContainersPass


def _hoist_invariants() -> type[ModulePass]:
    from sdfg.lowering.simplify.hoist_invariants import HoistInvariantsPass

    return HoistInvariantsPass


def _expand_copies() -> type[ModulePass]:
    from sdfg.lowering.schedule.expand_copies import ExpandCopiesPass

    return ExpandCopiesPass


def _recipe() -> type[Target]:
    from sdfg.lowering.schedule.recipes.target import RecipeTarget

    return RecipeTarget


def _extract_recipes() -> type[ModulePass]:
    from sdfg.lowering.schedule.extract_recipes import ExtractRecipesPass

    return ExtractRecipesPass


def _apply_recipes() -> type[ModulePass]:
    from sdfg.lowering.schedule.apply_recipes import ApplyRecipesPass

    return ApplyRecipesPass


def _permute_layouts() -> type[ModulePass]:
    from sdfg.lowering.schedule.permute_layouts import PermuteLayoutsPass

    return PermuteLayoutsPass


def _overwrite_operands() -> type[ModulePass]:
    from sdfg.lowering.schedule.overwrite_operands import OverwriteOperandsPass

    return OverwriteOperandsPass


def _online_softmax() -> type[ModulePass]:
    from sdfg.lowering.schedule.attention.online_softmax import OnlineSoftmaxPass

    return OnlineSoftmaxPass


SDFG_UNIVERSE = Universe(
    all_dialects={"sdfg": _dialect},
    all_passes={
        "sdfg-loops-to-maps": _loops_to_maps,
        "sdfg-reuse-containers": _reuse_containers,
        "sdfg-hoist-invariants": _hoist_invariants,
        "sdfg-hoist-constants": _hoist_constants,
        "sdfg-eliminate-copies": _eliminate_copies,
        "sdfg-update-in-place": _update_in_place,
        "sdfg-overwrite-operands": _overwrite_operands,
        "sdfg-online-softmax": _online_softmax,
        "sdfg-fold-constants": _fold_constants,
        "sdfg-eliminate-views": _eliminate_views,
        "sdfg-from-linalg": _from_linalg,
        "sdfg-winograd-convolutions": _winograd_convolutions,
        "sdfg-expand-library": _expand_library,
        "sdfg-eliminate-dead-code": _eliminate_dead_code,
        "sdfg-fuse-states": _fuse_states,
        "sdfg-fuse-maps": _fuse_maps,
        "sdfg-fuse-tasklets": _fuse_tasklets,
        "sdfg-set-machine": _set_machine,
        "sdfg-vectorize-maps": _vectorize_maps,
        "sdfg-parallelize": _parallelize,
        "sdfg-fuse-parallel": _fuse_parallel,
        "sdfg-side-by-side": _side_by_side,
        "sdfg-fuse-halos": _fuse_halos,
        "sdfg-choose-fusions": _choose_fusions,
        "sdfg-outline-maps": _outline_maps,
        "sdfg-promote": _transformation("promote"),
        "sdfg-peel": _transformation("peel"),
        "sdfg-prefetch": _transformation("prefetch"),
        "sdfg-scalarize": _transformation("scalarize"),
        "sdfg-permute-layouts": _permute_layouts,
        "sdfg-expand-copies": _expand_copies,
        "sdfg-apply-recipes": _apply_recipes,
        "sdfg-extract-recipes": _extract_recipes,
        "sdfg-stream": _transformation("stream"),
        "sdfg-tile": _transformation("tile"),
        "sdfg-interchange": _transformation("interchange"),
        "sdfg-bound-exponents": _transformation("bound_exponents"),
        "sdfg-collapse": _transformation("collapse"),
        "sdfg-distribute": _transformation("distribute"),
        "sdfg-stage": _transformation("stage"),
        "sdfg-stage-gathers": _transformation("stage_gathers"),
        "sdfg-accumulate": _transformation("accumulate"),
        "sdfg-partials": _transformation("partials"),
        "sdfg-transpose": _transformation("transpose"),
        "sdfg-reciprocal": _transformation("reciprocal"),
        "sdfg-vectorize": _transformation("vectorize"),
        "sdfg-load": _transformation("load"),
        "sdfg-unroll": _transformation("unroll"),
        "sdfg-unroll-and-jam": _transformation("unroll_and_jam"),
        "sdfg-skew": _transformation("skew"),
        "sdfg-privatize": _transformation("privatize"),
        "sdfg-parallelize-loop": _transformation("parallelize_loop"),
        "sdfg-fuse-loops": _transformation("fuse_loops"),
    },
    all_targets={"openmp-c": _openmp, "recipe": _recipe},
)
