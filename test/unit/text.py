"""Programs to text and back, for tests."""

import io

from xdsl.context import Context
from xdsl.dialects import get_all_dialects
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.printer import Printer

from sdfg.universe import SDFG_UNIVERSE


def context() -> Context:
    """A context with our dialects and xDSL's, each loaded when it is first met."""
    known = Context()
    for name, factory in {**get_all_dialects(), **SDFG_UNIVERSE.all_dialects}.items():
        known.register_dialect(name, factory)
    return known


def parsed(text: str) -> ModuleOp:
    return Parser(context(), text).parse_module()


def printed(op: Operation, *, generic: bool = False, locations: bool = False) -> str:
    output = io.StringIO()
    Printer(output, print_generic_format=generic, print_debuginfo=locations).print_op(op)
    return output.getvalue()
