"""
The dialect as IRDL: what MLIR needs to parse and verify programs in generic form.

IRDL can say less than our definitions:

- A variadic group of operands holds values of one type there; ours hold any that fit. So a group
  becomes optional operands `inputs_0`, `inputs_1`, ... up to an arity; `spell_out` writes the
  segment sizes of a program in these terms, `regroup` reads them back.
- An attribute that is declared is required: optional ones stand in comments.
- There are no traits: `traits` lists those to attach by name once the dialect is loaded.
- What our verifiers check beyond types and attributes is not said.
"""

import inspect
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from xdsl.dialects.builtin import (
    ArrayAttr,
    ArrayOfConstraint,
    BoolAttr,
    DenseArrayBase,
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    ModuleOp,
    StringAttr,
    i32,
)
from xdsl.ir import Attribute, Dialect, Operation, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import (
    AnyAttr,
    AnyOf,
    AttrConstraint,
    AttrSizedOperandSegments,
    BaseAttr,
    EqAttrConstraint,
    EqIntConstraint,
    IRDLOperation,
    MessageConstraint,
    OpDef,
    OperandDef,
    OptionalDef,
    ParamAttrConstraint,
    RangeConstraint,
    RangeLengthConstraint,
    RangeOf,
    RegionDef,
    ResultDef,
    SingleBlockRegionDef,
    VariadicDef,
    irdl_to_attr_constraint,
)
from xdsl.traits import IsolatedFromAbove, IsTerminator, NoTerminator

from sdfg.dialect.diagnostics import fail

ARITY = 16
"""How many operands a variadic group can hold in IRDL unless told otherwise."""

SEGMENTS = AttrSizedOperandSegments.attribute_name

TRAITS = {
    "IsTerminator": IsTerminator,
    "NoTerminator": NoTerminator,
    "IsIsolatedFromAbove": IsolatedFromAbove,
}
"""Traits that change what MLIR accepts, by their name there."""

MLIR_NAMES: dict[type[Any], str] = {
    DenseIntOrFPElementsAttr: "dense_typed_elements",
    DenseArrayBase: "dense_array",
    IntegerType: "integer",
}
"""Builtin attributes and types that xDSL calls otherwise than MLIR."""


def export(dialect: Dialect, arity: int = ARITY) -> str:
    """
    The text of an `irdl.dialect` with all types, attributes and operations of `dialect`.

    Variadic groups become `arity` optional operands each. Raises `ValueError` for a constraint
    that has no form in IRDL.
    """
    own = frozenset(dialect.attributes)
    parts = [_attribute(kind, own) for kind in dialect.attributes]
    parts += [_operation(op, own, arity) for op in _irdl_operations(dialect)]
    body = textwrap.indent("\n\n".join(parts), "  ")
    return f"irdl.dialect @{dialect.name} {{\n{body}\n}}\n"


def traits(dialect: Dialect) -> dict[str, tuple[str, ...]]:
    """The traits of each operation that MLIR must know beside the IRDL, by name of operation."""
    return {op.name: _traits(op) for op in _irdl_operations(dialect)}


def spell_out(program: ModuleOp, dialect: Dialect, arity: int = ARITY) -> ModuleOp:
    """
    A copy of `program` whose variadic groups are written as the optional operands of the IRDL.

    Only for printing in generic form: it does not verify in xDSL. Raises `SDFGError` if a group
    is larger than `arity`.
    """
    copy = program.clone()
    for op, groups in _grouped(copy, dialect):
        sizes: list[int] = []
        for spread, size in zip(_spread(groups), _group_sizes(op, groups), strict=True):
            if spread and size > arity:
                fail(op, f"has {size} operands in a group, but the IRDL declares {arity}")
            sizes += [1] * size + [0] * (arity - size) if spread else [size]
        op.attributes[SEGMENTS] = DenseArrayBase.from_list(i32, sizes)
    return copy


def regroup(program: ModuleOp, dialect: Dialect, arity: int = ARITY) -> ModuleOp:
    """A copy of `program` with variadic groups as we write them: the inverse of `spell_out`."""
    copy = program.clone()
    for op, groups in _grouped(copy, dialect):
        spelled = op.attributes.pop(SEGMENTS)
        assert isinstance(spelled, DenseArrayBase)
        left = iter(int(size) for size in spelled.iter_values())
        widths = [arity if spread else 1 for spread in _spread(groups)]
        sizes = [sum(next(left) for _ in range(width)) for width in widths]
        if _has_segments(op):
            op.attributes[SEGMENTS] = DenseArrayBase.from_list(i32, sizes)
    return copy


@dataclass
class _Body:
    """The lines of one definition: a value per constraint, then the clauses that use them."""

    own: frozenset[type[Attribute]]
    """What the dialect itself defines."""
    lines: list[str] = field(default_factory=list[str])

    def value(self, name: str, text: str) -> str:
        """Define a value. No two uses share one: IRDL would hold both to the same attribute."""
        self.lines.append(f"%{name} = {text}")
        return f"%{name}"

    def constraint(self, name: str, constraint: AttrConstraint) -> str:
        """Define the value that stands for `constraint`."""
        match constraint:
            case MessageConstraint():
                return self.constraint(name, constraint.constr)
            case AnyAttr():
                return self.value(name, "irdl.any")
            case EqAttrConstraint():
                return self.value(name, f"irdl.is {constraint.attr}")
            case BaseAttr():
                return self.value(name, f"irdl.base {self.base(constraint.attr)}")
            case ArrayOfConstraint():
                return self.value(name, f"irdl.base {self.base(ArrayAttr)}")
            case ParamAttrConstraint() if _is_bool(constraint):
                return self.any_of(name, [EqAttrConstraint(IntegerAttr(k, 1)) for k in (1, 0)])
            case ParamAttrConstraint():
                return self.value(name, f"irdl.base {self.base(constraint.base_attr)}")
            case AnyOf():
                return self.any_of(name, constraint.attr_constrs)
            case _:
                raise ValueError(f"{constraint} has no form in IRDL")

    def any_of(self, name: str, constraints: Iterable[AttrConstraint]) -> str:
        values = [self.constraint(f"{name}_or_{k}", c) for k, c in enumerate(constraints)]
        return self.value(name, f"irdl.any_of({', '.join(values)})")

    def base(self, kind: type[Attribute]) -> str:
        """The name of an attribute or type, whatever its parameters."""
        if kind in self.own:
            dialect, name = Dialect.split_name(kind.name)
            return f"@{dialect}::@{name}"
        sigil = "!" if issubclass(kind, TypeAttribute) else "#"
        return f'"{sigil}builtin.{MLIR_NAMES.get(kind, kind.name)}"'

    def several(self, name: str, constraint: RangeConstraint) -> str:
        """Define the value that stands for each element of a range."""
        match constraint:
            case RangeLengthConstraint():
                return self.several(name, constraint.constraint)
            case RangeOf():
                return self.constraint(name, constraint.constr)
            case _:
                raise ValueError(f"{constraint} has no form in IRDL")

    def clause(self, name: str, items: Sequence[str], brackets: str = "()") -> None:
        """Say what the values are for, if there is anything to say."""
        if items:
            self.lines.append(f"{name}{brackets[0]}{', '.join(items)}{brackets[-1]}")


def _attribute(kind: type[Attribute], own: frozenset[type[Attribute]]) -> str:
    """The definition of a type or attribute."""
    body = _Body(own)
    if issubclass(kind, ParametrizedAttribute):
        definitions = kind.get_irdl_definition().parameters
        parameters = [f"{n}: {body.constraint(n, p.constr)}" for n, p in definitions]
    else:
        # One parameter of a Python type: our generic form writes it as a string.
        parameters = [f"text: {body.constraint('text', BaseAttr(StringAttr))}"]
    body.clause("irdl.parameters", parameters)
    word = "type" if issubclass(kind, TypeAttribute) else "attribute"
    return _block(f"irdl.{word}", kind, body, ())


def _operation(op: type[IRDLOperation], own: frozenset[type[Attribute]], arity: int) -> str:
    """The definition of an operation."""
    definition, body = op.get_irdl_definition(), _Body(own)
    body.clause("irdl.operands", _operands(body, definition, arity))
    body.clause("irdl.results", [_value(body, n, d) for n, d in definition.results])
    attributes = {k: d for k, d in definition.attributes.items() if k != SEGMENTS}
    required = {k: d for k, d in attributes.items() if not isinstance(d, OptionalDef)}
    texts = [f'"{k}" = {body.constraint(k, d.constr)}' for k, d in required.items()]
    body.clause("irdl.attributes ", texts, "{}")
    body.clause("irdl.regions", [_region(body, n, d) for n, d in definition.regions])
    notes = [f"traits: {', '.join(_traits(op))}"] if _traits(op) else []
    optional = [k for k in attributes if k not in required]
    notes += [f"optional attributes: {', '.join(optional)}"] if optional else []
    return _block("irdl.operation", op, body, notes)


def _operands(body: _Body, definition: OpDef, arity: int) -> list[str]:
    groups = definition.operands
    items: list[str] = []
    for (name, group), spread in zip(groups, _spread(groups), strict=True):
        names = [f"{name}_{k}" for k in range(arity)]
        if spread:
            items += [f"{n}: optional {body.several(n, group.constr)}" for n in names]
        else:
            items.append(_value(body, name, group))
    return items


def _value(body: _Body, name: str, definition: OperandDef | ResultDef) -> str:
    """An operand or result, or a group of one type."""
    word = "variadic " if isinstance(definition, VariadicDef) else ""
    return f"{name}: {word}{body.several(name, definition.constr)}"


def _region(body: _Body, name: str, definition: RegionDef) -> str:
    size = " with size 1" if isinstance(definition, SingleBlockRegionDef) else ""
    none = "()" if _is_empty(definition.entry_args) else ""
    return f"{name}: {body.value(name, f'irdl.region{none}{size}')}"


def _block(word: str, kind: type[Any], body: _Body, notes: Sequence[str]) -> str:
    """A definition with what `kind` is, in a comment above it."""
    summary = (inspect.getdoc(kind) or "").partition("\n\n")[0].replace("\n", " ")
    texts = [*textwrap.wrap(summary, 94), *notes]
    comments = "".join(f"// {text}\n" for text in texts)
    lines = "".join(f"  {line}\n" for line in body.lines)
    return f"{comments}{word} @{Dialect.split_name(kind.name)[1]} {{\n{lines}}}"


def _irdl_operations(dialect: Dialect) -> Iterator[type[IRDLOperation]]:
    for op in dialect.operations:
        assert issubclass(op, IRDLOperation)
        yield op


def _traits(op: type[Operation]) -> tuple[str, ...]:
    return tuple(name for name, trait in TRAITS.items() if op.has_trait(trait))


Groups = Sequence[tuple[str, OperandDef]]


def _spread(groups: Groups) -> list[bool]:
    """Which groups of operands IRDL needs one by one: those that may hold several types."""
    return [isinstance(g, VariadicDef) and not _is_one_type(g.constr) for _, g in groups]


def _is_one_type(constraint: RangeConstraint) -> bool:
    element = constraint.constr if isinstance(constraint, RangeOf) else None
    if isinstance(element, BaseAttr):
        return element.attr is IndexType
    return isinstance(element, EqAttrConstraint)


def _is_empty(constraint: RangeConstraint) -> bool:
    """Whether a range must have no elements."""
    return isinstance(constraint, RangeLengthConstraint) and constraint.length == EqIntConstraint(0)


def _is_bool(constraint: AttrConstraint) -> bool:
    return constraint == irdl_to_attr_constraint(BoolAttr)


def _grouped(program: ModuleOp, dialect: Dialect) -> Iterator[tuple[Operation, Groups]]:
    """Every operation of `dialect` in `program` with a group that IRDL spreads."""
    names = {op.name for op in dialect.operations}
    for op in program.walk():
        if op.name in names and isinstance(op, IRDLOperation):
            groups = op.get_irdl_definition().operands
            if any(_spread(groups)):
                yield op, groups


def _has_segments(op: Operation) -> bool:
    assert isinstance(op, IRDLOperation)
    options = op.get_irdl_definition().options
    return any(isinstance(o, AttrSizedOperandSegments) for o in options)


def _group_sizes(op: Operation, groups: Groups) -> list[int]:
    """How many operands each group of `op` has."""
    if _has_segments(op):
        sizes = op.attributes[SEGMENTS]
        assert isinstance(sizes, DenseArrayBase)
        return [int(size) for size in sizes.iter_values()]
    rest = len(op.operands) - len(groups) + 1
    return [rest if isinstance(g, VariadicDef) else 1 for _, g in groups]
