"""Pieces of plots: shapes, and axes that map numbers to pixels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shape:
    """An SVG element: its attributes, its text, and what is shown while the pointer is on it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    title: str = ""


@dataclass
class Plot:
    """Shapes on an area of `width` x `height` pixels, the first one at the bottom."""

    width: float
    height: float
    name: str
    """What it shows, for those who cannot see it."""
    shapes: list[Shape] = field(default_factory=list[Shape])

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float, title: str = "") -> None:
        self.add("line", title, kind=kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def add(self, tag: str, title: str = "", **attributes: float | str) -> None:
        """A shape. Underscores in names of attributes stand for hyphens; `kind` is the class."""
        self.shapes.append(Shape(tag, _named(attributes), title=title))

    def text(self, x: float, y: float, text: str, **attributes: float | str) -> None:
        self.shapes.append(Shape("text", _named({"x": x, "y": y, **attributes}), text))


def _named(attributes: dict[str, float | str]) -> dict[str, str]:
    names = {name: "class" if name == "kind" else name.replace("_", "-") for name in attributes}
    return {names[k]: v if isinstance(v, str) else f"{v:.5g}" for k, v in attributes.items()}


@dataclass(frozen=True)
class LogAxis:
    """Numbers from `low` to `high`, both above 0, to pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    @staticmethod
    def around(values: Sequence[float], start: float, end: float) -> "LogAxis":
        """An axis with some room on both sides of `values`, of which there is one at least."""
        return LogAxis(min(values) / 1.3, max(values) * 1.3, start, end)

    def at(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """1, 2, 5, 10, ..; only powers of ten where that would be too many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        many = self.high / self.low > 1e3
        steps = (1,) if many else (1, 2, 5)
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        return [tick for tick in ticks if self.low <= tick <= self.high]
