"""Conflict resolutions as C: how a value is combined with what an element holds."""

from collections.abc import Mapping

from xdsl.ir import Operation

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t
from sdfg.backends.openmp import scalars
from sdfg.dialect.diagnostics import fail

Stored = t.Scalar | t.Vector

_FLOATS: Mapping[str, scalars.Form] = {
    "sum": scalars.operator("+"),
    "product": scalars.operator("*"),
    "min": scalars.runtime("minimum"),
    "max": scalars.runtime("maximum"),
    "minnum": scalars.runtime("minnum"),
    "maxnum": scalars.runtime("maxnum"),
    "larger": scalars.runtime("larger"),
}
_INTEGERS: Mapping[str, scalars.Form] = {
    "sum": scalars.integer("add", "+"),
    "product": scalars.integer("mul", "*"),
    **{kind: scalars.runtime(kind[:3]) for kind in ("min", "max", "minnum", "maxnum")},
    "larger": scalars.runtime("max"),
    **{kind: scalars.runtime(kind[:3], unsigned=True) for kind in ("minui", "maxui")},
    **{k: scalars.operator(o) for k, o in (("and", "&"), ("or", "|"), ("xor", "^"))},
}
_ON_VECTORS = {"sum": "+", "product": "*", "and": "&", "or": "|", "xor": "^"}
_CLAUSES = {"sum": "+", "product": "*", "and": "&", "or": "|", "xor": "^"}


def from_storage(value: c.Expression, stored: Stored) -> c.Expression:
    """A stored element as a value: 16-bit floats become `float`."""
    if isinstance(stored, t.Scalar) and stored.kind is t.Kind.STORAGE:
        return c.call(f"sdfg_f32_from_{stored.short}", value)
    return value


def to_storage(value: c.Expression, stored: Stored) -> c.Expression:
    """A value as a stored element; one that has just been rounded to it is not rounded again."""
    if isinstance(stored, t.Scalar) and stored.kind is t.Kind.STORAGE:
        match value:
            case c.Call(c.Name(name), (rounded,)) if name == f"sdfg_f32_from_{stored.short}":
                return rounded
            case _:
                return c.call(f"sdfg_{stored.short}_from_f32", value)
    return value


def assigned(
    op: Operation,
    target: c.Expression,
    value: c.Expression,
    stored: Stored,
    resolution: str | None,
) -> s.Statement:
    """Assign `value`, or combine it with what `target` holds."""
    if resolution is None:
        return s.Assign(target, to_storage(value, stored))
    if isinstance(stored, t.Vector):
        return _combined_vector(op, target, value, stored, resolution)
    if (symbol := _in_place(stored, resolution)) is not None:
        return s.Assign(target, value, symbol)
    computed = t.FLOAT if stored.kind is t.Kind.STORAGE else stored
    forms = _FLOATS if computed.kind is t.Kind.FLOAT else _INTEGERS
    operands = (from_storage(target, stored), value)
    new = forms[resolution](operands, scalars.Kinds(computed, computed))
    return s.Assign(target, to_storage(new, stored))


def _in_place(stored: t.Scalar, resolution: str) -> str | None:
    """The operator of C that does the same, behind which an `=` can stand."""
    if stored.kind is t.Kind.FLOAT and resolution in ("sum", "product"):
        return _CLAUSES[resolution]
    bitwise = resolution in ("and", "or", "xor") and stored.kind is not t.Kind.STORAGE
    return _CLAUSES[resolution] if bitwise else None


def _combined_vector(
    op: Operation, target: c.Expression, value: c.Expression, stored: t.Vector, resolution: str
) -> s.Statement:
    is_float = stored.element.kind is t.Kind.FLOAT
    if is_float == (resolution in ("sum", "product")) and resolution in _ON_VECTORS:
        return s.Assign(target, value, _ON_VECTORS[resolution])
    fail(
        op,
        f"resolves conflicts of vectors by {resolution}, which has no form in C",
        hint="read the old value in the tasklet and combine it there",
    )


def reduction(stored: Stored, resolution: str) -> str | None:
    """
    The identifier for `reduction(... : x)`, with which the lanes of a loop each have an `x` of
    their own; None if OpenMP has none.
    """
    if not isinstance(stored, t.Scalar) or stored.kind in (t.Kind.STORAGE, t.Kind.BOOL):
        return None
    if stored.kind is t.Kind.FLOAT and resolution in ("sum", "product"):
        return _CLAUSES[resolution]
    if stored.kind is t.Kind.FLOAT:
        names = {"min": "minimum", "max": "maximum", "larger": "maximum"}
        name = names.get(resolution, resolution)
        return f"sdfg_{name}_{stored.short}"
    if resolution in ("and", "or", "xor"):
        return _CLAUSES[resolution]
    names = {"sum": "add", "product": "mul", "minnum": "min", "maxnum": "max", "larger": "max"}
    if stored.kind is t.Kind.UNSIGNED or resolution in ("minui", "maxui"):
        return None
    return f"sdfg_{names.get(resolution, resolution)}_{stored.short}"
