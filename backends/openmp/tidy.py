"""Bodies as a person would write them: same meaning, fewer lines."""

import dataclasses
from collections.abc import Sequence
from functools import cache
from typing import cast

from sdfg.backends.c_tree import expressions as c
from sdfg.backends.c_tree import statements as s
from sdfg.backends.c_tree import types as t

Statements = list[s.Statement]


def tidy(body: Sequence[s.Statement]) -> Statements:
    """
    The statements of one scope without what says nothing.

    No braces around the end, since names declared there are unique in all of it. Variables are
    declared where they get their first value; a number that gets it in a branch begins with zero,
    for the branch may be left out when a check fails. A comment is not repeated.
    """
    statements = list(body)
    while statements and isinstance(last := statements[-1], s.Block):
        statements = [*statements[:-1], *last.body]
    return _said_once(_declared_late(statements))


def _declared_late(body: Statements) -> Statements:
    """`T x; ... x = value;` as `... T x = value;` where nothing in between is about `x`."""
    waiting: dict[str, int] = {}
    result: list[s.Statement | None] = []
    for statement in body:
        if isinstance(statement, s.Declare) and _is_plain(statement):
            waiting[statement.name] = len(result)
        elif waiting:
            statement = _with_declaration(statement, waiting, result)
        result.append(statement)
    return [_begun(statement) for statement in result if statement is not None]


def _begun(statement: s.Statement) -> s.Statement:
    """With zero as the value of a number that is declared without one."""
    match statement:
        case s.Declare(t.Scalar() as kind, name, None):
            zero = c.Float(0.0, kind) if kind.kind is t.Kind.FLOAT else c.Integer(0)
            return s.Declare(kind, name, zero)
        case _:
            return statement


def _with_declaration(
    statement: s.Statement, waiting: dict[str, int], result: list[s.Statement | None]
) -> s.Statement:
    """`statement`, a declaration if it gives its first value to a variable that is waiting."""
    match statement:
        case s.Assign(c.Name(name), value, "") if name in waiting and name not in _names(value):
            place = waiting.pop(name)
            declared = cast(s.Declare, result[place])
            result[place] = None
            found = s.Declare(declared.type, name, value)
            _forget(waiting, value)
            return found
        case _:
            _forget(waiting, statement)
            return statement


def _forget(waiting: dict[str, int], node: object) -> None:
    """Whatever `node` is about stays declared where it is."""
    for name in _names(node):
        waiting.pop(name, None)


def _is_plain(statement: s.Declare) -> bool:
    """Whether this declares one number or vector without a value."""
    return statement.value is None and isinstance(statement.type, t.Scalar | t.Vector)


def names_in(body: Sequence[s.Statement]) -> set[str]:
    """The variables, functions and macros that `body` mentions; not those it only declares."""
    return _names(tuple(body))


def _names(node: object) -> set[str]:
    """The variables that a part of the tree is about."""
    found: set[str] = set()
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, c.Name):
            found.add(node.name)
        elif isinstance(node, tuple):
            pending.extend(cast("tuple[object, ...]", node))
        else:
            pending.extend([getattr(node, part) for part in _parts(node.__class__)])
    return found


@cache
def _parts(kind: "type[object]") -> tuple[str, ...]:
    """The fields of a kind of node; nothing for types, texts and numbers."""
    if issubclass(kind, t.CType) or not dataclasses.is_dataclass(kind):
        return ()
    return tuple(field.name for field in dataclasses.fields(kind))


def _said_once(body: Statements) -> Statements:
    """Without comments that say what the one before them says."""
    result: Statements = []
    said = ""
    for statement in body:
        if isinstance(statement, s.Comment):
            if statement.text == said:
                continue
            said = statement.text
        result.append(statement)
    return result


def without_unused(body: Sequence[s.Statement]) -> Statements:
    """
    A function's body without the pointers and tables at its top that nothing in it mentions.

    Containers that are only passed to programs which do not use them have such.
    """
    mentioned = names_in(body)
    return [x for x in body if not (isinstance(x, s.Declare) and _is_idle(x, mentioned))]


def _is_idle(declared: s.Declare, mentioned: set[str]) -> bool:
    pointer = isinstance(declared.type, t.Pointer) and isinstance(declared.value, c.Cast)
    computed = pointer and isinstance(cast(c.Cast, declared.value).value, c.Call)
    return (declared.static or pointer) and not computed and declared.name not in mentioned
