"""The machine that a module is mapped to, as an attribute of the module."""

from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect.attrs import MachineAttr
from sdfg.dialect.diagnostics import fail

ATTRIBUTE = "sdfg.machine"


def machine_of(module: ModuleOp) -> MachineAttr:
    """The facts of the machine. A module without them stops compilation."""
    machine = module.attributes.get(ATTRIBUTE)
    if not isinstance(machine, MachineAttr):
        fail(module, "names no machine", hint="run sdfg-set-machine first")
    return machine
