"""The transformations that recipes can name."""

from collections.abc import Mapping

from sdfg.lowering.schedule.transforms.accumulate import AccumulatePass
from sdfg.lowering.schedule.transforms.bound_exponents import BoundExponentsPass
from sdfg.lowering.schedule.transforms.collapse import CollapsePass
from sdfg.lowering.schedule.transforms.distribute import DistributePass
from sdfg.lowering.schedule.transforms.fuse_loops import FuseLoopsPass
from sdfg.lowering.schedule.transforms.interchange import InterchangePass
from sdfg.lowering.schedule.transforms.load import LoadPass
from sdfg.lowering.schedule.transforms.parallelize_loop import ParallelizeLoopPass
from sdfg.lowering.schedule.transforms.partials import PartialsPass
from sdfg.lowering.schedule.transforms.peel import PeelPass
from sdfg.lowering.schedule.transforms.prefetch import PrefetchPass
from sdfg.lowering.schedule.transforms.privatize import PrivatizePass
from sdfg.lowering.schedule.transforms.promote import PromotePass
from sdfg.lowering.schedule.transforms.reciprocal import ReciprocalPass
from sdfg.lowering.schedule.transforms.scalarize import ScalarizePass
from sdfg.lowering.schedule.transforms.skew import SkewPass
from sdfg.lowering.schedule.transforms.stage import StagePass
from sdfg.lowering.schedule.transforms.stage_gathers import StageGathersPass
from sdfg.lowering.schedule.transforms.stream import StreamPass
from sdfg.lowering.schedule.transforms.tile import TilePass
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.transforms.transpose import TransposePass
from sdfg.lowering.schedule.transforms.unroll import UnrollPass
from sdfg.lowering.schedule.transforms.unroll_and_jam import UnrollAndJamPass
from sdfg.lowering.schedule.transforms.vectorize import VectorizePass

_ALL: tuple[type[Transformation], ...] = (
    AccumulatePass,
    BoundExponentsPass,
    CollapsePass,
    DistributePass,
    FuseLoopsPass,
    InterchangePass,
    LoadPass,
    ParallelizeLoopPass,
    PartialsPass,
    PeelPass,
    PrefetchPass,
    PrivatizePass,
    PromotePass,
    ReciprocalPass,
    ScalarizePass,
    SkewPass,
    StagePass,
    StageGathersPass,
    StreamPass,
    TilePass,
    TransposePass,
    UnrollPass,
    UnrollAndJamPass,
    VectorizePass,
)

TRANSFORMATIONS: Mapping[str, type[Transformation]] = {
    kind.name.removeprefix("sdfg-"): kind for kind in _ALL
}
"""By name, without the prefix of the pass."""
