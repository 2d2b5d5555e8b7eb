"""What a run of the benchmark found."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from sdfg.tools.bench.cost import Cost
from sdfg.tools.bench.limits import Limits
from sdfg.tools.bench.usage import Usage


@dataclass(frozen=True)
class Startup:
    """A process that loads the model, runs it once, and ends."""

    seconds: float
    """From its start to the first result, median."""
    peak_bytes: int


@dataclass
class Figures:
    """Those of one peer on one workload with one number of threads."""

    peer: str
    failure: str | None = None
    """Why there are no figures."""
    seconds: list[float] = field(default_factory=list[float])
    """Wall time of each timed run, in order."""
    agreement: str | None = None
    """The largest difference from our results, or what disagrees; none for ours."""
    agrees: bool = True
    usage: Usage | None = None
    """What compiling took."""
    peak_bytes: int = 0
    """Largest resident memory of the process that ran it."""
    artifact_bytes: int = 0
    startup: Startup | None = None
    startup_failure: str | None = None

    @property
    def median(self) -> float | None:
        """Seconds of a run."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def spread(self) -> float | None:
        """Half of the distance between the quartiles, as a share of the median."""
        if len(self.seconds) < 4:
            return None
        low, middle, high = statistics.quantiles(self.seconds, n=4)
        return (high - low) / 2 / middle


@dataclass
class Row:
    """One workload with one number of threads, all peers."""

    workload: str
    title: str
    threads: int
    cost: Cost
    figures: dict[str, Figures]

    @property
    def ours(self) -> float | None:
        return self.figures["sdfg"].median

    @property
    def best_peer(self) -> Figures | None:
        """The fastest of the others that agree with us."""
        others = [f for f in self.figures.values() if f.peer != "sdfg" and f.seconds and f.agrees]
        return min(others, key=lambda f: f.median or 0.0, default=None)

    @property
    def ratio(self) -> float | None:
        """Time of the best peer over ours: above 1 we are faster."""
        best, ours = self.best_peer, self.ours
        if best is None or best.median is None or ours is None:
            return None
        return best.median / ours

    def fraction_of_limit(self, limits: Limits, peer: str = "sdfg") -> float | None:
        """The least time that the machine allows over the time of `peer`."""
        median = self.figures[peer].median if peer in self.figures else None
        return None if median is None else limits.bound(self.cost, self.threads) / median


@dataclass
class Report:
    """A whole run."""

    date: str
    machine: str
    versions: dict[str, str]
    limits: Limits
    rows: list[Row]
    others: float | None = None
    """Share of the CPU time that other processes took meanwhile; not much, for good figures."""

    def to_json(self) -> dict[str, Any]:
        """All raw figures, and for each row what follows from them."""
        plain = asdict(self)
        for row, entry in zip(self.rows, plain["rows"], strict=True):
            best = row.best_peer
            entry["best_peer"] = None if best is None else best.peer
            entry["ratio"] = row.ratio
            entry["fraction_of_limit"] = row.fraction_of_limit(self.limits)
            for name, figures in row.figures.items():
                entry["figures"][name]["median"] = figures.median
                entry["figures"][name]["spread"] = figures.spread
        return plain
