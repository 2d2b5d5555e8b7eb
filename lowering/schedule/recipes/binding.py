"""What the names in a recipe mean for one nest on one machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.dialects.builtin import AnyFloat, IntegerType
from xdsl.ir import Attribute

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.kinds import Kind
from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.ops.dataflow import MapOp
from sdfg.dialect.ops.recipe import RecipeOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.schedule.nests import ReductionNest
from sdfg.lowering.schedule.recipes.runs import run_of_reduction, runs_of_row
from sdfg.lowering.schedule.tile_choice import choose_loops

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
        element = None if kind.statement is None else kind.statement.yielded[0].type
        if kind.name == "row":
            roles |= dict.fromkeys(runs_of_row(op), "run")
        elif nest is not None:
            run = run_of_reduction(nest, machine)
            chosen = None if run is not None else choose_loops(nest, machine)
            if run is not None:
                roles[run] = "run"
            if chosen is not None:
                lane, row = chosen
                roles[lane] = "lane"
                if row is not None:
                    roles[row] = "row"
        values = {name: machine.fact(name) for name in machine.facts.data}
        values["lanes"] = max(1, values["vector_bytes"] // bytes_of(element))
        for loop, _ in kind.loops:
            role = roles.get(loop.parameter)
            if role is not None:
                count = symbolic.constant(loop.range.extent)
                values[role] = OPEN if count is None else count
                values[f"{role}_open"] = int(count is None)
        return cls(kind, roles, values)


def bytes_of(element: Attribute | None) -> int:
    """Bytes of a number; 4 where nothing says."""
    if isinstance(element, AnyFloat):
        return element.size
    if isinstance(element, IntegerType):
        return max(1, element.bitwidth // 8)
    return 4


def knobs_of(recipe: RecipeOp, binding: Binding, chosen: Mapping[str, int]) -> dict[str, int]:
    """
    The values of all names in a recipe: those of the binding, and each knob, chosen or default.

    Raises `KeyError` where an expression uses a name that nothing defines.
    """
    values = dict(binding.values)
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
    return bool(symbolic.substitute(condition, values) == symbolic.parse("true"))
