"""Errors that name the operation and the line of the user's source that led to it."""

from typing import NoReturn, cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    CallSiteLoc,
    FileLineColLoc,
    FusedLoc,
    LocationAttr,
    NameLoc,
    NoneAttr,
    UnknownLoc,
)
from xdsl.ir import Operation
from xdsl.utils.exceptions import PassFailedException


class SDFGError(PassFailedException):
    """A compile error caused by the input program; anything else that escapes is our bug."""


def fail(op: Operation, message: str, *, hint: str | None = None) -> NoReturn:
    """
    Stop compilation because of `op`.

    Raises `SDFGError` reading `<file>:<line>:<col>: '<op>' <message>`, with a second line
    `hint: <hint>` when there is something the user can do about it.
    """
    text = f"{source(op.location)}: '{op.name}' {message}"
    raise SDFGError(text if hint is None else f"{text}\nhint: {hint}")


def source(location: LocationAttr) -> str:
    """
    The place as `file:line:col`, a name, or `<unknown>` where the frontend left none.

    A named place (an ONNX node) reads as its name, with the file behind it if there is one. Of
    several fused places the first known one is given; a call site reads as the place of the
    callee.
    """
    match location:
        case FileLineColLoc(filename=f, line=line, column=column):
            return f"{f.data}:{line.data}:{column.data}"
        case NameLoc(desc=name, location=inner):
            where = (
                "<unknown>" if isinstance(inner, NoneAttr) else source(cast(LocationAttr, inner))
            )
            return name.data if where == "<unknown>" else f"{where} ({name.data})"
        case CallSiteLoc(callee=callee):
            return source(cast(LocationAttr, callee))
        case FusedLoc(locations=parts):
            places = [source(part) for part in cast(ArrayAttr[LocationAttr], parts)]
            return next((p for p in places if p != "<unknown>"), "<unknown>")
        case _:
            return "<unknown>"


def derived(new: Operation, old: Operation) -> Operation:
    """
    Return `new` with the source location of `old`, also for all within that has none.

    xDSL's rewriter leaves new operations at `loc(unknown)`: wrap what replaces `old`.
    """
    for op in new.walk():
        if isinstance(op.location, UnknownLoc):
            op.location = old.location
    return new
