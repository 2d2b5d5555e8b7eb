"""Loops along which memory is read in one run: lanes for reductions of rows."""

from collections.abc import Sequence

from xdsl.dialects.builtin import Float32Type, Float64Type
from xdsl.ir import SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.nests import ReductionNest, stride
from sdfg.lowering.schedule.tile_choice import GATHER, choose_tile, lane_cost
from sdfg.lowering.schedule.transforms.stage_gathers import loads
from sdfg.lowering.schedule.vector_tasklets import is_vectorizable


def run_of_reduction(nest: ReductionNest, machine: MachineAttr) -> str | None:
    """
    The reduced loop to put into lanes, where that is better than lanes that are results each.

    It is one along which every operand is contiguous or stays the same, in a nest whose results
    in lanes would gather what they read.
    """
    element = nest.body.yielded[0].type
    if not isinstance(element, Float32Type | Float64Type) or not is_vectorizable(nest.body):
        return None
    lanes = machine.lanes(element.size)
    if lanes == 1:
        return None
    runs = [p for p, r in nest.reduced.items() if r.step == 1 and is_long(r.extent, lanes)]
    run = last_contiguous(runs, nest.body.input_accesses)
    if run is None:
        return None
    chosen = choose_tile(nest, machine)
    if chosen is None:
        return run
    cost = lane_cost(nest, chosen.lane_parameter, lanes)
    return run if cost is None or cost >= GATHER else None


def is_long(extent: Expr, lanes: int) -> bool:
    """Whether a loop fills a vector, or may do so: its size is not known."""
    count = symbolic.constant(extent)
    return count is None or count >= lanes


def runs_of_row(op: MapOp) -> list[str]:
    """
    The loop of each pass over a row along which what it reads and writes is contiguous.

    A pass that reduces is on vectors then, what it gathers staged before; one that only sets
    elements may stay a loop of numbers.
    """
    found: dict[str, None] = {}
    for leaf in op.body.block.ops:
        if not isinstance(leaf, MapOp):
            continue
        accesses: list[tuple[SSAValue, MemletAttr]] = []
        for tasklet in leaf.body.block.ops:
            if not isinstance(tasklet, TaskletOp) or not has_lanes(tasklet):
                return []
            accesses += [*tasklet.input_accesses, *tasklet.output_accesses]
        run = last_contiguous(leaf.param_names, accesses)
        if run is None:
            return []
        found[run] = None
    return list(found)


def has_lanes(tasklet: TaskletOp) -> bool:
    """Whether a tasklet works on vectors, or by itself does not hinder those of other passes."""
    combines = any(memlet.wcr is not None for memlet in tasklet.writes)
    points = all(memlet.subset.is_point for memlet in (*tasklet.reads, *tasklet.writes))
    return is_vectorizable(tasklet) or any(loads(tasklet)) or (points and not combines)


def last_contiguous(
    parameters: Sequence[str], accesses: Sequence[tuple[SSAValue, MemletAttr]]
) -> str | None:
    """The last of `parameters` along which each access is to the next element or to the same."""
    for name in reversed(parameters):
        steps = [stride(c, m, name) for c, m in accesses]
        if all(s in (0, 1) for s in steps) and 1 in steps:
            return name
    return None
