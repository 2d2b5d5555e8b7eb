"""A recipe applied to a nest: step by step, each checked, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from xdsl.ir import Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import in_registers
from sdfg.dialect.analysis.kinds import Kind
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.recipe import RecipeOp, StepOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.recipes.binding import Binding, evaluated, holds, knobs_of
from sdfg.lowering.schedule.recipes.transformations import TRANSFORMATIONS
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    Refused,
    give_roles,
    parameter,
    range_of,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation


@dataclass(frozen=True)
class Applied:
    """What became of a nest."""

    recipe: str
    knobs: Mapping[str, int]
    nodes: tuple[Operation, ...]
    added: tuple[Operation, ...]
    """Containers before the state, and copies before the nest."""


def apply_recipe(
    recipe: RecipeOp,
    op: MapOp,
    state: StateOp | MapOp,
    taken: frozenset[str],
    binding: Binding,
    chosen: Mapping[str, int] | None = None,
) -> Applied:
    """
    Put what `recipe` makes of the nest `op`, which stands in `state`, in its place.

    `binding` says what its names mean for the nest, `chosen` are values of knobs. Raises `Refused`
    with the step and the reason, and leaves everything as it was.
    """
    if not holds(recipe.condition.data, binding.values):
        raise Refused(f"@{recipe.sym_name.data} wants {recipe.condition}")
    try:
        values = knobs_of(recipe, binding.values, chosen or {})
    except KeyError as missing:
        names = ", ".join(binding.values)
        fail(recipe, f"uses {missing.args[0]}, which is not defined", hint=f"it may use {names}")
    copy = op.clone()
    nest = Nest.open(copy, state, taken)
    nest.original = op
    block = op.parent_block()
    assert block is not None
    block.insert_op_before(copy, op)
    give_roles(nest, dict(binding.roles))
    try:
        for step in recipe.steps:
            take(step, nest, values)
        check_registers(nest)
    except Refused:
        undo(nest)
        raise
    nest.close()
    op.detach()
    op.erase()
    knobs = {k.knob.data: values[k.knob.data] for k in recipe.knobs}
    return Applied(recipe.sym_name.data, knobs, tuple(nest.roots), tuple(nest.added))


def take(step: StepOp, nest: Nest, values: Mapping[str, int]) -> None:
    """One step. Raises `Refused`."""
    if step.condition is not None and not holds(step.condition.data, values):
        return
    try:
        transformation_of(step, values).rewrite(nest)
    except Refused as reason:
        raise Refused(f"{step.transformation.data}: {reason}") from reason


def check_registers(nest: Nest) -> None:
    """Raises `Refused` where registers are indexed by a loop that stays one."""
    tasklets = [op for top in nest.roots for op in top.walk() if isinstance(op, TaskletOp)]
    for tasklet in tasklets:
        for container, memlet in (*tasklet.input_accesses, *tasklet.output_accesses):
            if not memlet.symbols or not in_registers(container):
                continue
            scope = tasklet.parent_op()
            while isinstance(scope, Loop) and not defines(scope, container):
                stays = not isinstance(scope, MapOp) or scope.schedule.kind.data != "unroll"
                if stays and parameter(scope) in memlet.symbols and range_of(scope).extent != 1:
                    raise Refused(f"registers are indexed by loop {parameter(scope)}")
                scope = scope.parent_op()


def defines(scope: Loop, container: SSAValue) -> bool:
    owner = container.owner
    return isinstance(owner, Operation) and owner.parent_op() is scope


def undo(nest: Nest) -> None:
    """Erase what a nest has become."""
    for op in [*nest.roots, *reversed(nest.added)]:
        op.detach()
        op.erase(safe_erase=False)


def transformation_of(step: StepOp, values: Mapping[str, int]) -> Transformation:
    """The transformation that a step names, its expressions evaluated. Errors are located."""
    name = step.transformation.data
    kind = TRANSFORMATIONS[name]
    known = {f.name.replace("_", "-"): f for f in fields(kind) if f.name != "state"}
    options: dict[str, Any] = {}
    for key, text in step.texts.items():
        field = known.get(key)
        if field is None:
            fail(step, f"{name} has no option {key}", hint=f"one of {', '.join(known)}")
        try:
            options[field.name] = converted(text, field.type, values)
        except KeyError as missing:
            hint = f"it may use {', '.join(values)}"
            fail(step, f"uses {missing.args[0]} in {key}, which is not defined", hint=hint)
        except ValueError as error:
            fail(step, f"cannot evaluate {key} = '{text}': {error}")
    if missing := sorted(kind.required_fields() - options.keys()):
        fail(step, f"{name} needs {', '.join(missing)}")
    try:
        return kind(**options)
    except ValueError as error:
        fail(step, f"is no step: {error}")


def converted(text: str, kind: object, values: Mapping[str, int]) -> object:
    """An option of a transformation from its text."""
    if kind is int:
        return evaluated(symbolic.parse(text), values)
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError("neither true nor false")
        return text == "true"
    if kind is str:
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def kind_name(op: MapOp) -> str:
    return Kind.of(op).name
