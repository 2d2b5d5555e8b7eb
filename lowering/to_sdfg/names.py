"""Names for people: from source locations, cleaned, never invented."""

import re
from pathlib import PurePath
from typing import cast

from xdsl.dialects.builtin import (
    ArrayAttr,
    CallSiteLoc,
    FileLineColLoc,
    FusedLoc,
    LocationAttr,
    NameLoc,
)
from xdsl.ir import Operation


def place(location: LocationAttr) -> str:
    """The name of a place (an ONNX node, a torch module), `file_line`, or nothing."""
    match location:
        case NameLoc(desc=name):
            return name.data
        case FileLineColLoc(filename=f, line=line):
            return f"{PurePath(f.data).stem}_{line.data}"
        case CallSiteLoc(callee=callee):
            return place(cast(LocationAttr, callee))
        case FusedLoc(locations=parts):
            names = [place(part) for part in cast(ArrayAttr[LocationAttr], parts)]
            return next((n for n in names if n), "")
        case _:
            return ""


def hint(name: str) -> str | None:
    """`name` as the name of an SSA value, where it can be one."""
    cleaned = re.sub(r"[^A-Za-z0-9_]+", "_", name)
    return cleaned if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", cleaned) else None


def label(op: Operation, what: str | None = None) -> str:
    """A label for the state that does the work of `op`: its place and what is done."""
    kind = op.name.split(".", 1)[1] if what is None else what
    words = [w for w in (place(op.location), kind) if w]
    return re.sub(r"[^A-Za-z0-9_]+", "_", "_".join(words)).strip("_")
