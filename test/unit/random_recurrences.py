"""Random loops whose iterations need each other's results, or seem to: temporaries in between."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from unit.choices import Choices, chance, pick
from unit.text import parsed
from xdsl.dialects.builtin import ModuleOp

SYMBOLS = ("N", "M")
MARGIN = 3
"""How far an access may lie from the point of the loops, in elements."""


@dataclass
class RecurrenceBuilder:
    """
    Builds one program `main` of a nest of two loops, after which others may follow.

    Statements read and write elements of arrays near the point of the loops, and temporaries:
    `t`, a scalar, and `row`, which a loop fills and another one reads.
    """

    choices: Choices
    arrays: tuple[str, ...] = ("A", "B", "C")
    stencils: bool = False
    """Whether there is one nest, in which elements need those around them and nothing else."""
    lines: list[str] = field(default_factory=list[str])
    kept: bool = False
    """Whether a value of `t` may go from one iteration to the next."""

    def build(self) -> ModuleOp:
        kind = f"!sdfg.array<[N + {2 * MARGIN}, M + {2 * MARGIN}] x f64>"
        arguments = ", ".join(f'inout "{a}" %{a}: {kind}' for a in self.arrays)
        for _ in range(1 if self.stencils else self.choices.integer(1, 2)):
            self.nest()
        # Without it some program would read what nobody has written.
        start = "%c = arith.constant 0.25 : f64\nsdfg.yield %c : f64"
        init = f"sdfg.state @init {{\nsdfg.tasklet () -> (%t[]) {{\n{start}\n}}\n}}\n"
        return parsed(
            f"sdfg.sdfg @main [{', '.join(SYMBOLS)}] ({arguments}) {{\n"
            '%t = sdfg.alloc "t" : !sdfg.array<[] x f64>\n'
            '%row = sdfg.alloc "row" : !sdfg.array<[4] x f64>\n'
            f"{init if self.kept else ''}sdfg.state @s {{\n" + "\n".join(self.lines) + "\n}\n}"
        )

    def nest(self) -> None:
        order = pick(self.choices, (("for", "for"), ("for", "for"), ("for", "map"), ("map", "for")))
        ranges = ("0:N", pick(self.choices, ("0:M", "0:M", "1:M", "0:M:2", "0:min(M, i + 1)")))
        if self.stencils:
            order, ranges = ("for", "for"), ("0:N", "1:M")
        if "map" in order:  # whose points must not meet
            ranges = ("0:N", "0:M")
        self.lines += [
            f"sdfg.{kind} [{name} = {over}] {{"
            for kind, name, over in zip(order, ("i", "j"), ranges, strict=True)
        ]
        for _ in range(self.choices.integer(1, 3)):
            self.statement(order)
        self.lines += ["}", "}"]

    def statement(self, order: Sequence[str]) -> None:
        at = 9 if self.stencils or "map" in order else self.choices.integer(0, 9)
        target = pick(self.choices, self.arrays)
        if at < 2:
            self.tasklet([self.near(target), self.near(target)], "%t[]")
            self.tasklet(["%t[]", self.near(target)], self.near(target))
        elif at == 2:
            self.kept = True
            self.tasklet(["%t[]", self.near(target)], self.near(target))
        elif at == 3:
            self.lines.append("sdfg.map [k = 0:4] {")
            self.tasklet([f"%{target}[i + k, j]"], "%row[k]")
            self.lines += ["}", f"sdfg.map [k = {pick(self.choices, ('0:4', '0:3'))}] {{"]
            self.tasklet(
                [f"%row[{pick(self.choices, ('k', '3 - k'))}]"], "%C[i + 1, j + k] wcr sum"
            )
            self.lines.append("}")
        else:
            reads = [self.near(target, order) for _ in range(self.choices.integer(1, 2))]
            self.tasklet(reads, f"%{target}[i + {MARGIN}, j + {MARGIN}]")

    def near(self, array: str, order: Sequence[str] = ("for", "for")) -> str:
        """An element near the point, along the loops whose iterations follow each other."""
        least = 0 if chance(self.choices, 30) else -2
        di, dj = (
            MARGIN + (self.choices.integer(least, 2) if kind == "for" else 0) for kind in order
        )
        return f"%{array}[i + {di}, j + {dj}]"

    def tasklet(self, inputs: Sequence[str], output: str) -> None:
        reads = ", ".join(f"%a{k} = {access}" for k, access in enumerate(inputs))
        last = f"%a{len(inputs) - 1}"
        self.lines += [
            f"sdfg.tasklet ({reads}) -> ({output}) {{",
            "%c = arith.constant 0.5 : f64",
            f"%p = arith.mulf %a0, %c : f64\n%r = arith.addf %p, {last} : f64",
            "sdfg.yield %r : f64",
            "}",
        ]
