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


def _stream() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.stream import StreamPass

    return StreamPass


def _tile() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.tile import TilePass

    return TilePass


def _interchange() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.interchange import InterchangePass

    return InterchangePass


def _bound_exponents() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.bound_exponents import BoundExponentsPass

    return BoundExponentsPass


def _collapse() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.collapse import CollapsePass

    return CollapsePass


def _distribute() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.distribute import DistributePass

    return DistributePass


def _stage() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.stage import StagePass

    return StagePass


def _accumulate() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.accumulate import AccumulatePass

    return AccumulatePass


def _partials() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.partials import PartialsPass

    return PartialsPass


def _transpose() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.transpose import TransposePass

    return TransposePass


def _reciprocal() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.reciprocal import ReciprocalPass

    return ReciprocalPass


def _vectorize() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.vectorize import VectorizePass

    return VectorizePass


def _load() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.load import LoadPass

    return LoadPass


def _unroll() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.unroll import UnrollPass

    return UnrollPass


def _permute_layouts() -> type[ModulePass]:
    from sdfg.lowering.schedule.permute_layouts import PermuteLayoutsPass

    return PermuteLayoutsPass


def _promote() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.promote import PromotePass

    return PromotePass


def _scalarize() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.scalarize import ScalarizePass

    return ScalarizePass


def _prefetch() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.prefetch import PrefetchPass

    return PrefetchPass


def _fuse_loops() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.fuse_loops import FuseLoopsPass

    return FuseLoopsPass


def _parallelize_loop() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.parallelize_loop import ParallelizeLoopPass

    return ParallelizeLoopPass


def _privatize() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.privatize import PrivatizePass

    return PrivatizePass


def _skew() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.skew import SkewPass

    return SkewPass


def _unroll_and_jam() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.unroll_and_jam import UnrollAndJamPass

    return UnrollAndJamPass


def _overwrite_operands() -> type[ModulePass]:
    from sdfg.lowering.schedule.overwrite_operands import OverwriteOperandsPass

    return OverwriteOperandsPass


def _online_softmax() -> type[ModulePass]:
    from sdfg.lowering.schedule.attention.online_softmax import OnlineSoftmaxPass

    return OnlineSoftmaxPass


def _peel() -> type[ModulePass]:
    from sdfg.lowering.schedule.transforms.peel import PeelPass

    return PeelPass


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
        "sdfg-promote": _promote,
        "sdfg-peel": _peel,
        "sdfg-prefetch": _prefetch,
        "sdfg-scalarize": _scalarize,
        "sdfg-permute-layouts": _permute_layouts,
        "sdfg-expand-copies": _expand_copies,
        "sdfg-apply-recipes": _apply_recipes,
        "sdfg-extract-recipes": _extract_recipes,
        "sdfg-stream": _stream,
        "sdfg-tile": _tile,
        "sdfg-interchange": _interchange,
        "sdfg-bound-exponents": _bound_exponents,
        "sdfg-collapse": _collapse,
        "sdfg-distribute": _distribute,
        "sdfg-stage": _stage,
        "sdfg-accumulate": _accumulate,
        "sdfg-partials": _partials,
        "sdfg-transpose": _transpose,
        "sdfg-reciprocal": _reciprocal,
        "sdfg-vectorize": _vectorize,
        "sdfg-load": _load,
        "sdfg-unroll": _unroll,
        "sdfg-unroll-and-jam": _unroll_and_jam,
        "sdfg-skew": _skew,
        "sdfg-privatize": _privatize,
        "sdfg-parallelize-loop": _parallelize_loop,
        "sdfg-fuse-loops": _fuse_loops,
    },
    all_targets={"openmp-c": _openmp, "recipe": _recipe},
)
