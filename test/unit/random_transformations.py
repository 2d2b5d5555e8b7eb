"""Random transformations of the loops that a program has, sensible and not."""

from collections.abc import Sequence

from unit.choices import Choices, chance, pick, shuffled
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.ops.dataflow import MapOp
from sdfg.lowering.schedule.transforms.accumulate import AccumulatePass
from sdfg.lowering.schedule.transforms.bound_exponents import BoundExponentsPass
from sdfg.lowering.schedule.transforms.collapse import CollapsePass
from sdfg.lowering.schedule.transforms.distribute import DistributePass
from sdfg.lowering.schedule.transforms.fuse_loops import FuseLoopsPass
from sdfg.lowering.schedule.transforms.interchange import InterchangePass
from sdfg.lowering.schedule.transforms.load import LoadPass
from sdfg.lowering.schedule.transforms.nest import Loop
from sdfg.lowering.schedule.transforms.parallelize_loop import CLAIMS, ParallelizeLoopPass
from sdfg.lowering.schedule.transforms.partials import PartialsPass
from sdfg.lowering.schedule.transforms.peel import PeelPass
from sdfg.lowering.schedule.transforms.prefetch import PrefetchPass
from sdfg.lowering.schedule.transforms.privatize import PrivatizePass
from sdfg.lowering.schedule.transforms.promote import PromotePass
from sdfg.lowering.schedule.transforms.reciprocal import POLICIES as DIVISORS
from sdfg.lowering.schedule.transforms.reciprocal import ReciprocalPass
from sdfg.lowering.schedule.transforms.scalarize import ScalarizePass
from sdfg.lowering.schedule.transforms.stage import POLICIES, StagePass
from sdfg.lowering.schedule.transforms.stream import StreamPass
from sdfg.lowering.schedule.transforms.tile import PEELS, RESTS, TilePass
from sdfg.lowering.schedule.transforms.transformation import Transformation
from sdfg.lowering.schedule.transforms.transpose import TransposePass
from sdfg.lowering.schedule.transforms.unroll import UnrollPass
from sdfg.lowering.schedule.transforms.unroll_and_jam import UnrollAndJamPass
from sdfg.lowering.schedule.transforms.vectorize import VectorizePass

FOR_MEMORY = (*("collapse", "partials", "prefetch", "promote", "scalarize", "stream", "transpose"),)
NAMES = (
    *("tile", "interchange", "distribute", "stage", "accumulate", "vectorize", "load", "unroll"),
    *("peel", "unroll-and-jam", "fuse-loops", "parallelize-loop", "privatize"),
    *FOR_MEMORY,
    *("bound-exponents", "reciprocal"),
)
SIZES = (4, 2, 8, 3, 1, 16, 7)
PADS = (0, 0, 4, 1)


def loops_of(module: ModuleOp) -> list[str]:
    """The parameters of all loops, in the order of the text, each once."""
    names: dict[str, None] = {}
    for op in module.walk():
        if isinstance(op, Loop):
            found = op.param_names if isinstance(op, MapOp) else (op.param,)
            names.update(dict.fromkeys(found))
    return list(names)


def neighbours(choices: Choices, loops: Sequence[str], most: int) -> tuple[str, ...]:
    """Loops that follow each other in the text."""
    count = choices.integer(1, min(most, len(loops)))
    start = choices.integer(0, len(loops) - count)
    return tuple(loops[start : start + count])


def random_transformation(choices: Choices, loops: Sequence[str], fresh: str) -> Transformation:
    """
    One for some of the loops, sometimes for one that is not there; `fresh` begins new names.
    """
    loops = [*loops, "nowhere"] if chance(choices, 5) or not loops else loops
    loop = pick(choices, loops)
    match pick(choices, NAMES):
        case "tile":
            return random_tile(choices, loop, fresh)
        case "interchange":
            inner = tuple(shuffled(choices, loops)[: choices.integer(1, 3)])
            if chance(choices, 30):
                return InterchangePass(outermost=inner)
            return InterchangePass(innermost=inner)
        case "distribute":
            return DistributePass(neighbours(choices, loops, 3), each=chance(choices, 30))
        case "stage":
            at = pick(choices, loops) if chance(choices, 40) else ""
            only, pad = pick(choices, POLICIES), pick(choices, PADS)
            storage = pick(choices, ("heap", "stack"))
            return StagePass((loop,), at=at, only=only, storage=storage, pad=pad)
        case "accumulate":
            return AccumulatePass(neighbours(choices, loops, 2))
        case "vectorize":
            lanes, masked = pick(choices, (4, 2, 8, 1, 3)), chance(choices, 50)
            return VectorizePass(loop, lanes, into=f"{fresh}v", masked=masked)
        case "load":
            pair = neighbours(choices, loops, 2)
            return LoadPass(pair if len(pair) == 2 else (loop, pick(choices, loops)))
        case name if name in FOR_MEMORY:
            return random_for_memory(choices, name, loops)
        case name:
            return random_for_order(choices, name, loops, fresh)


def random_for_order(
    choices: Choices, name: str, loops: Sequence[str], fresh: str
) -> Transformation:
    """One of those that change which iterations run together."""
    loop = pick(choices, loops)
    match name:
        case "unroll":
            return UnrollPass(neighbours(choices, loops, 2), most=pick(choices, (64, 4)))
        case "unroll-and-jam":
            into = (f"{fresh}o", f"{fresh}i") if chance(choices, 50) else ()
            return UnrollAndJamPass(loop, pick(choices, (2, 3, 4)), into)
        case "fuse-loops":
            return FuseLoopsPass((loop,) if chance(choices, 50) else ())
        case "peel":
            return PeelPass(loop, pick(choices, (1, 2, 3)))
        case "bound-exponents":
            return BoundExponentsPass()
        case "reciprocal":
            return ReciprocalPass(loop, pick(choices, DIVISORS))
        case "parallelize-loop":
            least, claim = pick(choices, (1, 4)), pick(choices, tuple(CLAIMS))
            return ParallelizeLoopPass(neighbours(choices, loops, 2), least, claim)
        case _:
            return PrivatizePass(loop)


def random_for_memory(choices: Choices, name: str, loops: Sequence[str]) -> Transformation:
    """One of those for results and operands in memory."""
    match name:
        case "collapse":
            return CollapsePass()
        case "promote":
            return PromotePass(pick(choices, (4, 8)), pick(choices, (64, 2)))
        case "stream":
            return StreamPass()
        case "scalarize":
            return ScalarizePass()
        case "partials":
            return PartialsPass(neighbours(choices, loops, 2))
        case "prefetch":
            moving = neighbours(choices, loops, 1) if chance(choices, 30) else ()
            return PrefetchPass(pick(choices, loops), moving, pick(choices, SIZES))
        case _:
            pair = neighbours(choices, loops, 2)
            return TransposePass(pair if len(pair) == 2 else (pick(choices, loops), pair[0]))


def random_tile(choices: Choices, loop: str, fresh: str) -> TilePass:
    size, rest = pick(choices, SIZES), pick(choices, RESTS)
    unit = pick(choices, (1, 2, 4)) if rest in ("halves", "mask", "overlap") else 1
    into = (f"{fresh}o", f"{fresh}i") if chance(choices, 50) else ()
    if rest != "min" and chance(choices, 30):
        size, into = size * unit, (f"{fresh}o", f"{fresh}u", f"{fresh}i")
    peel = pick(choices, PEELS)
    return TilePass(loop, size, into, rest, unit, peel, even=chance(choices, 30))


def usual_steps(choices: Choices, lane: str, row: str | None) -> list[Transformation]:
    """What recipes of contractions do, with sizes and omissions of all kinds."""
    size = pick(choices, (8, 4, 16, *SIZES))
    unit = pick(choices, (1, 2, 4))
    rest = pick(choices, RESTS)
    units = rest != "min" and chance(choices, 60)
    inner = ("vec", "column") if units else ("column",)
    wide = size * unit if units else size
    lanes = unit if units else pick(choices, (4, 2, 8))
    steps: list[Transformation] = [
        ScalarizePass(),
        TilePass(lane, wide, ("block", *inner), rest, unit, pick(choices, PEELS)),
    ]
    tile = inner
    if row is not None:
        steps.append(InterchangePass(innermost=(row, *inner)))
        height, even = pick(choices, (2, 4, *SIZES)), chance(choices, 50)
        kept, peel = pick(choices, ("exact", "overlap")), pick(choices, PEELS)
        steps.append(TilePass(row, height, ("band", "line"), kept, peel=peel, even=even))
        tile = ("line", *inner)
    else:
        steps.append(InterchangePass(innermost=tile))
    at = pick(choices, ("", "", "band", "block"))
    vectors = (*tile[:-1],) if units else (*tile[:-1], "vec")
    only, pad = pick(choices, POLICIES), pick(choices, PADS)
    steps += [
        DistributePass(tile),
        StagePass(inner, at=at, only=only, pad=pad),
        AccumulatePass(tile),
        VectorizePass("column", lanes, "" if units else "vec", masked=rest == "mask"),
        PromotePass(lanes),
        *([LoadPass(("line", "vec"))] if row is not None else []),
        UnrollPass(vectors, leaves=chance(choices, 50)),
    ]
    return [step for step in steps if not chance(choices, 4)]


def exponent_steps(choices: Choices, loops: Sequence[str]) -> list[Transformation]:
    """What the recipe of softmax does, with any sizes, some left out, with others between."""
    lanes = pick(choices, (4, 2, 8))
    size = lanes * pick(choices, (2, 1, 3))
    only, rest = pick(choices, DIVISORS), pick(choices, ("halves", *RESTS))
    steps: list[Transformation] = [
        BoundExponentsPass(),
        ReciprocalPass("i", only),
        TilePass("i", size, ("block", "piece"), rest, lanes),
        TilePass("piece", lanes, ("vec", "lane")),
        PartialsPass(("vec", "lane")),
        VectorizePass("lane", lanes, "one", masked=chance(choices, 50)),
        UnrollPass(("vec", "one")),
    ]
    steps = [step for step in steps if not chance(choices, 6)]
    for k in range(choices.integer(0, 2)):
        known = [*loops, "block", "piece", "vec", "lane"]
        other = random_transformation(choices, known, f"s{k}")
        steps.insert(choices.integer(0, len(steps)), other)
    return steps
