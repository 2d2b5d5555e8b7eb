"""From the text that the native passes print to a verified xDSL module."""

import re
from collections import Counter

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, UnregisteredOp
from xdsl.parser import Parser
from xdsl.utils.exceptions import ParseError, VerifyException

from sdfg.dialect.diagnostics import SDFGError, source
from sdfg.lowering.frontend.upstream import upstream_context


def parse_linalg(text: str, *, name: str = "model", context: Context | None = None) -> ModuleOp:
    """
    Parse generic MLIR text with locations, and verify it.

    About 1 ms per operation. Raises `SDFGError` that lists the operations xDSL does not know, or
    says what was malformed; `name` is what messages call the model.
    """
    text = _UNKNOWN_TO_XDSL.sub(r"\1", text)
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, text)
    context = context or upstream_context()
    context.allow_unregistered = True
    try:
        module = Parser(context, text, name).parse_module()
        _refuse_unregistered(module, name)
        module.verify()
    except (ParseError, VerifyException) as error:
        raise SDFGError(f"{name}: the lowered model is not valid linalg\n{error}") from error
    return module


_UNKNOWN_TO_XDSL = re.compile(
    r"(\"arith\.trunci\"\(%\w+\)) <\{overflowFlags = #arith\.overflow<[^>]*>\}>"
)
"""Promises about overflow that xDSL's op cannot hold; an op without them means the same or more."""


_ESCAPED = re.compile(r"\\\\|(?:\\[89A-F][0-9A-F])+")


def _unescaped(found: re.Match[str]) -> str:
    """MLIR prints letters beyond ASCII as bytes, which xDSL does not put together again."""
    if found[0] == r"\\":
        return found[0]
    return bytes.fromhex(found[0].replace("\\", "")).decode(errors="replace")


def _refuse_unregistered(module: ModuleOp, name: str) -> None:
    places: Counter[str] = Counter()
    for op in module.walk():
        if isinstance(op, UnregisteredOp):
            places[f"  {source(op.location)}: unsupported op '{op.op_name.data}'"] += 1
    if places:
        raise SDFGError("\n".join([f"{name}: operations without a meaning here", *places]))
