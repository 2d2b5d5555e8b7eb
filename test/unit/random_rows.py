"""Random programs that make passes over the rows of arrays, as softmax and normalization do."""

from dataclasses import dataclass, field

from unit.choices import Choices, chance, pick
from xdsl.context import Context
from xdsl.dialects.arith import Arith
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.parser import Parser

from sdfg.dialect.dialect import SDFG

SYMBOLS = ("N", "M")


@dataclass
class RowProgram:
    """
    Steps over containers of shape `[*rows, columns]` and `[*rows]`.

    A step computes such a container from those before it: element by element, each row reduced, or
    as products of square matrices.
    Some read a neighbour's row, or the row backwards, so that not all steps may share a map.
    """

    choices: Choices
    full: list[str] = field(default_factory=lambda: ["x"])
    """Containers of all elements, by name."""
    reduced: list[str] = field(default_factory=list[str])
    """Containers of one element per row."""

    def __post_init__(self) -> None:
        self.rows = [pick(self.choices, ("N", "8", "M", "9")) for _ in range(self.rank())]
        self.columns = pick(self.choices, ("5", "M", "1", self.rows[-1]))

    def rank(self) -> int:
        return self.choices.integer(1, 2)

    def build(self) -> ModuleOp:
        steps = [self.step(k) for k in range(self.choices.integer(2, 5))]
        outputs = [n for n in (*self.full[1:], *self.reduced) if chance(self.choices, 30)]
        last = f"t{len(steps) - 1}"
        outputs = [*(n for n in outputs if n != last), last]
        arguments = [f'in "x" %x: {self.kind("x")}']
        arguments += [f'out "{n}" %{n}: {self.kind(n)}' for n in outputs]
        transients = [n for n in (*self.full[1:], *self.reduced) if n not in outputs]
        allocs = "\n".join(f"%{n} = sdfg.alloc : {self.kind(n)}" for n in transients)
        nodes = "\n".join(steps)
        text = (
            f"sdfg.sdfg @main [{', '.join(SYMBOLS)}] ({', '.join(arguments)}) {{\n"
            f"{allocs}\nsdfg.state @s {{\n{nodes}\n}}\n}}"
        )
        context = Context()
        for dialect in (Builtin, Arith, SDFG):
            context.load_dialect(dialect)
        module = Parser(context, text).parse_module()
        module.verify()
        return module

    def kind(self, name: str) -> str:
        dims = self.rows if name in self.reduced else [*self.rows, self.columns]
        return f"!sdfg.array<[{', '.join(dims)}] x f32>"

    def step(self, k: int) -> str:
        name = f"t{k}"
        rows = [f"{pick(self.choices, 'ij')}{d}" for d in range(len(self.rows))]
        column = pick(self.choices, ("c", "i9"))
        over = [f"{p} = 0:{e}" for p, e in zip(rows, self.rows, strict=True)]
        across = f"{column} = 0:{self.columns}"
        if len(rows) == 2 and self.rows[1] == self.columns and chance(self.choices, 40):
            return self.product(name, [*rows, column], [*over, across])
        if chance(self.choices, 50):
            body = self.tasklet(f"%{name}[{', '.join([*rows, column])}]", rows, column)
            self.full.append(name)
            nested = chance(self.choices, 20)
            inner = f"sdfg.map [{across}] {{\n{body}\n}}" if nested else body
            return f"sdfg.map [{', '.join([*over, *([] if nested else [across])])}] {{\n{inner}\n}}"
        target = f"%{name}[{', '.join(rows)}]"
        resolution = pick(self.choices, ("sum", "max"))
        body = self.tasklet(f"{target} wcr {resolution}", rows, column)
        self.reduced.append(name)
        start = f"sdfg.tasklet () -> ({target}) {{\n%0 = arith.constant 0.5 : f32\n"
        return (
            f"sdfg.map [{', '.join(over)}] {{\n{start}sdfg.yield %0 : f32\n}}\n"
            f"sdfg.map [{across}] {{\n{body}\n}}\n}}"
        )

    def product(self, name: str, at: list[str], over: list[str]) -> str:
        """A product of matrices for each value of the first row dimension."""
        left, right = (pick(self.choices, self.full) for _ in range(2))
        self.full.append(name)
        target = f"%{name}[{', '.join(at)}]"
        batch = f"{self.rows[0]} - 1 - {at[0]}" if chance(self.choices, 10) else at[0]
        return (
            f"sdfg.map [{', '.join(over)}] {{\n"
            f"sdfg.tasklet () -> ({target}) {{\n%0 = arith.constant 0.5 : f32\n"
            f"sdfg.yield %0 : f32\n}}\n"
            f"sdfg.map [k = 0:{self.columns}] {{\n"
            f"sdfg.tasklet (%a = %{left}[{batch}, {at[1]}, k], %b = %{right}[{at[0]}, k, {at[2]}])"
            f" -> ({target} wcr sum) {{\n"
            f"%0 = arith.mulf %a, %b : f32\nsdfg.yield %0 : f32\n}}\n}}\n}}"
        )

    def tasklet(self, target: str, rows: list[str], column: str) -> str:
        """A tasklet that combines two elements."""
        a, b = (self.read(rows, column, first=first) for first in (True, False))
        op = pick(self.choices, ("addf", "subf", "mulf", "maximumf"))
        return (
            f"sdfg.tasklet (%a = {a}, %b = {b}) -> ({target}) {{\n"
            f"%0 = arith.{op} %a, %b : f32\nsdfg.yield %0 : f32\n}}"
        )

    def read(self, rows: list[str], column: str, *, first: bool) -> str:
        """An element of the latest container of all elements, or of any."""
        at = list(rows)
        if chance(self.choices, 10):
            at[0] = f"{self.rows[0]} - 1 - {rows[0]}"
        if self.reduced and not first and chance(self.choices, 60):
            return f"%{pick(self.choices, self.reduced)}[{', '.join(at)}]"
        name = self.full[-1] if first else pick(self.choices, self.full)
        if chance(self.choices, 20):
            column = pick(self.choices, (f"{self.columns} - 1 - {column}", "0"))
        return f"%{name}[{', '.join([*at, column])}]"
