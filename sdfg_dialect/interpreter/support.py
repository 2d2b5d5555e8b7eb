"""What the interpreter cannot run, all of it named before anything runs."""

from collections.abc import Iterator

from xdsl.dialects.builtin import ModuleOp, StringAttr
from xdsl.ir import Operation

from sdfg.dialect.diagnostics import SDFGError, source
from sdfg.dialect.interpreter.elements import dtype_of
from sdfg.dialect.interpreter.scalars import IMPLEMENTATIONS
from sdfg.dialect.interpreter.structured import KNOWN
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.types import ArrayType, StreamType


def refuse_unsupported(module: ModuleOp) -> None:
    """Raises `SDFGError` that lists the operations and types that have no meaning here."""
    problems: dict[str, None] = {}
    for program in module.walk():
        if isinstance(program, SdfgOp):
            for op in program.walk():
                problems.update(dict.fromkeys(_problems(op)))
    if problems:
        raise SDFGError("\n".join(["the interpreter cannot run this module", *problems]))


def _problems(op: Operation) -> Iterator[str]:
    name = op.name
    if name == "builtin.unregistered":
        unregistered = op.attributes.get("op_name__")
        name = unregistered.data if isinstance(unregistered, StringAttr) else name
    if op.dialect_name() != "sdfg" and name not in IMPLEMENTATIONS and name not in KNOWN:
        yield f"  {source(op.location)}: unsupported op '{name}'"
    args = (a for region in op.regions for block in region.blocks for a in block.args)
    for value in (*op.results, *args):
        kind = value.type
        element = kind.element_type if isinstance(kind, ArrayType | StreamType) else kind
        try:
            dtype_of(element)
        except ValueError:
            yield f"  {source(op.location)}: unsupported type {element}"
