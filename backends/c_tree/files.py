"""What stands at the top level of a C file, and the files."""

from dataclasses import dataclass
from typing import Literal

from sdfg.backends.c_tree.expressions import Expression
from sdfg.backends.c_tree.nodes import CType, Item, Statement
from sdfg.backends.c_tree.types import Vector


@dataclass(frozen=True)
class Include(Item):
    """`#include <path>`, or `#include "path"` for a file of ours."""

    path: str
    system: bool = True


@dataclass(frozen=True)
class Define(Item):
    """`#define name value`; the value in parentheses where it is more than one token."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True)
class Typedef(Item):
    """`typedef type name;`."""

    type: CType
    name: str


@dataclass(frozen=True)
class VectorTypedef(Item):
    """The two `typedef`s of a SIMD vector: aligned to its size, and to its element."""

    vector: Vector


@dataclass(frozen=True)
class Expansion(Item):
    """`macro(arguments)`: a macro that stands for items."""

    macro: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """One member of a struct."""

    name: str
    type: CType
    comment: str = ""


@dataclass(frozen=True)
class Struct(Item):
    """`struct name { fields };`; with no fields, the opaque `struct name;`."""

    name: str
    fields: tuple[Field, ...] = ()
    comment: str = ""
    typedef: bool = True
    """Also `typedef struct name name;`, before it. Off where a header has said so already."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function."""

    name: str
    type: CType


@dataclass(frozen=True)
class Function(Item):
    """A function: a declaration without, a definition with a body."""

    name: str
    returns: CType
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...] | None = None
    linkage: Literal["", "static", "static inline", "extern"] = ""
    comment: str = ""
    attributes: tuple[str, ...] = ()
    """GNU attributes, such as `noinline`."""

    @property
    def declaration(self) -> "Function":
        """The same function without its body."""
        return Function(self.name, self.returns, self.parameters, None, self.linkage, self.comment)


@dataclass(frozen=True)
class Variable(Item):
    """A variable at file level; constants only, since a model has no global state."""

    type: CType
    name: str
    value: Expression | None = None
    linkage: Literal["static", "extern"] = "static"
    alignment: int | None = None


@dataclass(frozen=True)
class FileComment(Item):
    """A comment at the top level."""

    text: str


@dataclass(frozen=True)
class SourceFile:
    """A `.c` file."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class HeaderFile:
    """A `.h` file: an include guard, its includes, then the rest within `extern "C"` for C++."""

    guard: str
    items: tuple[Item, ...]
