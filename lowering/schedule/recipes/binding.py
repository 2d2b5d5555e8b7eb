"""What the names in a recipe mean for one nest on one machine."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.kinds import ROWS, Kind
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.recipe import RecipeOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.nests import ReductionNest, stride
from sdfg.lowering.schedule.recipes.pointwise import (
    bytes_of,
    element_of,
    gathers,
    lane_of_elements,
    quotients_of_exponentials,
    read_bytes,
    reads,
    written_bytes,
)
from sdfg.lowering.schedule.recipes.runs import run_of_reduction, runs_of_row
from sdfg.lowering.schedule.tile_choice import TileChoice, choose_tile

OPEN = 1 << 30
"""Stands for the size of a loop that is not known when the program is compiled."""


@dataclass(frozen=True)
class Binding:
    """Roles of the loops of a nest, and the values of the names in expressions."""

    kind: Kind
    roles: Mapping[str, str]
    """Role of each parameter."""
    values: Mapping[str, int]
    """Facts of the machine, `lanes`, and the sizes of loops."""

    @classmethod
    def of(cls, op: MapOp, machine: MachineAttr) -> "Binding":
        """The binding of the nest `op`, which is not mapped yet."""
        kind = Kind.of(op)
        roles = dict(kind.roles)
        nest = ReductionNest.of(op)
        tile: TileChoice | None = None
        element = element_of(op if kind.statement is None else kind.statement)
        if nest is not None and kind.name not in ROWS:
            run = run_of_reduction(nest, machine)
            tile = None if run is not None else choose_tile(nest, machine)
            roles |= {} if run is None else {run: "run"}
            roles |= {} if tile is None else tile_roles(tile)
        else:
            roles |= pointwise_roles(kind, op)
        values = {name: machine.fact(name) for name in machine.facts.data}
        values["lanes"] = machine.lanes(bytes_of(element))
        values |= {"written_bytes": written_bytes(op), "read_bytes": read_bytes(op)}
        values |= {"reads": reads(op), "gathers": gathers(op)}
        values["quotients"] = quotients_of_exponentials(op)
        if tile is not None:
            values |= {"tile_rows": tile.rows, "tile_vectors": tile.vectors}
        if nest is not None:
            values["beside"] = points_beside(nest, roles)
        for loop, _ in kind.loops:
            role = roles.get(loop.parameter)
            if role is not None:
                count = symbolic.constant(loop.range.extent)
                values[role] = OPEN if count is None else count
                values[f"{role}_open"] = int(count is None)
                values[f"{role}_step"] = step_of(kind, loop.parameter)
        return cls(kind, roles, values)


def tile_roles(tile: TileChoice) -> dict[str, str]:
    """The roles of the loops of a tile in registers."""
    roles = {tile.lane_parameter: "lane"}
    return roles if tile.row_parameter is None else {**roles, tile.row_parameter: "row"}


def points_beside(nest: ReductionNest, roles: Mapping[str, str]) -> int:
    """How many points the loops have that are not reduced, and neither rows nor lanes."""
    loops = [r for p, r in nest.parallel.items() if roles.get(p) not in ("row", "lane")]
    counts = [symbolic.constant(r.extent) for r in loops]
    return math.prod(1 if count is None else count for count in counts)


def pointwise_roles(kind: Kind, op: MapOp) -> dict[str, str]:
    """
    The roles of the loops whose points are lanes: `run` of passes over a row, else `lane`; `row`
    goes from one row to the next.
    """
    if kind.name in ROWS:
        return {op.param_names[-1]: "row", **dict.fromkeys(runs_of_row(op), "run")}
    lane = lane_of_elements(op) if kind.name == "elementwise" else None
    return {} if lane is None else {lane: "lane"}


def step_of(kind: Kind, parameter: str) -> int:
    """Distance in elements that a loop moves the first operand; `OPEN` where it is not constant."""
    if not kind.operands:
        return OPEN
    operand = kind.operands[0]
    distance = stride(operand.container, MemletAttr(operand.subset), parameter)
    known = None if distance is None else symbolic.constant(distance)
    return OPEN if known is None else abs(known)


def knobs_of(
    recipe: RecipeOp, known: Mapping[str, int], chosen: Mapping[str, int]
) -> dict[str, int]:
    """
    The values of all names in a recipe: `known` ones, and each knob, chosen or default.

    Raises `KeyError` where an expression uses a name that nothing defines.
    """
    values = dict(known)
    for knob in recipe.knobs:
        name = knob.knob.data
        values[name] = chosen[name] if name in chosen else evaluated(knob.value.data, values)
    return values


def evaluated(expr: Expr, values: Mapping[str, int]) -> int:
    """The value of an expression. Raises `KeyError` where it uses a name that is not known."""
    missing = symbolic.symbols_of(expr) - values.keys()
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    return symbolic.evaluate(expr, values)


def holds(condition: Expr, values: Mapping[str, int]) -> bool:
    """Whether a condition is true; false where it names a loop that the nest does not have."""
    if symbolic.symbols_of(condition) - values.keys():
        return False
    return bool(symbolic.evaluate(condition, values))
