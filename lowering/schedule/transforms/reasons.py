"""Why loops must keep their order, in words."""

from sdfg.dialect.analysis.dependences import Dependence
from sdfg.lowering.schedule.names import label

MEANINGS = {
    "flow": "is written, and read",
    "anti": "is read, and written",
    "output": "is written, and again",
    "reduction": "is combined into, and again",
}


def carried(dependence: Dependence, parameter: str) -> str:
    """What one iteration of a loop needs of another."""
    name = label(dependence.sink.container)
    by = dependence.along(parameter)
    far = f"{by} later" if isinstance(by, int) else "later"
    sure = "" if dependence.exact else " as far as is known"
    return f"{name} {MEANINGS[dependence.kind]} in an iteration of {parameter} {far}{sure}"
