"""A workload: what is run, where its definition stands."""

from dataclasses import dataclass

NETWORKS = "sdfg.tools.bench.networks"


@dataclass(frozen=True)
class Workload:
    """Something to time; single precision, and small enough for any machine."""

    name: str
    title: str
    """With the sizes, for tables."""
    function: str
    """Makes its `Definition`: `file:function` below `networks`."""
    tags: tuple[str, ...]
    """Groups that the command line knows."""
    options: tuple[str, ...] = ()
    """Arguments for our compiler that someone with such a model would give."""
    startup: bool = False
    """Whether the time from process start to the first result is measured by default."""

    @property
    def entry(self) -> str:
        """`module:function`."""
        return f"{NETWORKS}.{self.function}"
