"""
Random programs made of what schedules look for: reduction nests and elementwise nests.

Sizes fill no vector, no tile and no block: constants and symbols from 0 on. Accesses lie in bounds
for all sizes, maps have no races.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from unit.choices import Choices, chance, pick, shuffled
from unit.interpreting import Array
from unit.text import parsed
from xdsl.dialects.builtin import ModuleOp

from sdfg.dialect import symbolic
from sdfg.dialect.symbolic import Expr

SYMBOLS = ("N", "M", "K")
EXTENTS = ("3", "N", "8", "1", "M", "17", "2", "K", "5", "33", "16", "0", "N + 1", "2 * M", "7")
"""Sizes of dimensions, the simplest first."""
SIZES = (3, 1, 0, 2, 5, 8, 13, 17, 32, 37)
"""Values of symbols."""
COMBINE = {"sum": 0.0, "max": float("-inf"), "min": float("inf"), "maxnum": -3.0, "minnum": 3.0}
"""Conflict resolutions, and a number to begin with."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a map: its range as text, and what counts from 0 to `extent - 1`."""

    name: str
    range: str
    base: Expr
    extent: Expr


@dataclass(frozen=True)
class Access:
    """A container and the element of it that is meant."""

    container: str
    at: tuple[Expr, ...]

    def __str__(self) -> str:
        return f"%{self.container}[{', '.join(map(symbolic.text_of, self.at))}]"


@dataclass
class NestBuilder:
    """Builds one program `main` of several states with one nest each."""

    choices: Choices
    constants: bool = True
    """Whether inputs of constant shape may be weights."""
    weights: dict[str, Array] = field(default_factory=dict[str, Array])
    arguments: list[str] = field(default_factory=list[str])
    containers: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])
    element: str = "f32"
    count: int = 0

    def build(self, nests: int = 2) -> ModuleOp:
        self.element = pick(self.choices, ("f32", "f64"))
        for _ in range(nests):
            self.lines.append(f"sdfg.state @{self.name('state')} {{")
            if chance(self.choices, 70):
                self.reduction()
            else:
                self.elementwise()
            self.lines.append("}")
        return parsed(
            f"sdfg.sdfg @main [{', '.join(SYMBOLS)}] ({', '.join(self.arguments)}) {{\n"
            + "\n".join([*self.containers, *self.lines])
            + "\n}"
        )

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def parameters(self, prefix: str, least: int, most: int) -> list[Parameter]:
        """Fresh parameters, some of them shifted or strided."""
        result: list[Parameter] = []
        for _ in range(self.choices.integer(least, most)):
            name = self.name(prefix)
            extent = symbolic.parse(pick(self.choices, EXTENTS))
            i, text = symbolic.symbol(name), symbolic.text_of(extent)
            span, base = f"0:{text}", i
            if chance(self.choices, 15):
                twice = symbolic.text_of(2 * extent)
                span, base = pick(
                    self.choices,
                    (
                        (f"2:{symbolic.text_of(extent + 2)}", i - 2),
                        (f"0:{twice}:2", symbolic.parse(f"{name} floordiv 2")),
                    ),
                )
            result.append(Parameter(name, span, base, extent))
        return result

    def triangle(self, outer: Parameter) -> Parameter:
        """A parameter that takes the values up to that of `outer`."""
        name = self.name("r")
        last = symbolic.text_of(outer.base + 1)
        return Parameter(name, f"0:{last}", symbolic.symbol(name), outer.extent)

    def array(self, role: str, shape: Sequence[Expr]) -> str:
        """A new container, given to the program or allocated in it."""
        name = self.name(role)
        dims = ", ".join(map(symbolic.text_of, shape))
        kind = f"!sdfg.array<[{dims}] x {self.element}>"
        numbers = [symbolic.constant(e) for e in shape]
        if role == "alloc":
            self.containers.append(f'%{name} = sdfg.alloc "{name}" : {kind}')
        elif role == "in" and self.constants and all(numbers) and chance(self.choices, 50):
            self.containers.append(f'%{name} = sdfg.constant #sdfg.weight<"{name}"> : {kind}')
            random = np.random.default_rng(self.count)
            values = random.standard_normal([n for n in numbers if n is not None])
            self.weights[name] = values.astype({"f32": np.float32, "f64": np.float64}[self.element])
        else:
            self.arguments.append(f'{role} "{name}" %{name}: {kind}')
        return name

    def read(self, parameters: Sequence[Parameter]) -> Access:
        """An element of a new container, chosen by some of the parameters."""
        used = shuffled(self.choices, parameters)[: self.choices.integer(0, len(parameters))]
        shape: list[Expr] = []
        at: list[Expr] = []
        while used:
            p = used.pop()
            how = self.choices.integer(0, 9)
            if how == 9 and used:  # a window: two parameters in one dimension
                other = used.pop()
                at.append(p.base + other.base)
                shape.append(p.extent + other.extent)
            elif how == 8:
                at.append(p.extent - 1 - p.base)
                shape.append(p.extent)
            elif how == 7:
                at.append(2 * p.base + 1)
                shape.append(2 * p.extent + 1)
            elif how == 6:
                at.append(symbolic.FloorDiv(p.base, symbolic.integer(2)))
                shape.append(p.extent)
            else:
                at.append(p.base)
                shape.append(p.extent)
        return Access(self.array("in", shape), tuple(at))

    def target(self, parameters: Sequence[Parameter], role: str) -> Access:
        """An element of a new container for each point, in some order of the dimensions."""
        order = shuffled(self.choices, parameters)
        return Access(self.array(role, [p.extent for p in order]), tuple(p.base for p in order))

    def tasklet(
        self, inputs: Sequence[Access], output: Access, body: Sequence[str], wcr: str = ""
    ) -> None:
        """A tasklet; the lines of `body` define `%r` from `%a0`, `%a1`, ..."""
        reads = ", ".join(f"%a{k} = {access}" for k, access in enumerate(inputs))
        suffix = f" wcr {wcr}" if wcr else ""
        self.lines += [f"sdfg.tasklet ({reads}) -> ({output}{suffix}) {{", *body]
        self.lines += [f"sdfg.yield %r : {self.element}", "}"]

    def arithmetic(self, count: int) -> list[str]:
        """`%r` from all of `count` inputs, or from a number where there are none."""
        if count == 0:
            return [f"%r = arith.constant 0.75 : {self.element}"]
        lines, last = list[str](), "%a0"
        for k in range(1, count):
            op = pick(self.choices, ("mulf", "addf", "maximumf", "subf", "mulf"))
            lines.append(f"%t{k} = arith.{op} {last}, %a{k} : {self.element}")
            last = f"%t{k}"
        op = pick(self.choices, ("math.absf", "arith.negf", "math.tanh"))
        if chance(self.choices, 70):
            return [*lines[:-1], lines[-1].replace(last, "%r", 1)] if lines else self.same("%a0")
        return [*lines, f"%r = {op} {last} : {self.element}"]

    def same(self, value: str) -> list[str]:
        zero = f"%z = arith.constant 0.0 : {self.element}"
        return [zero, f"%r = arith.addf {value}, %z : {self.element}"]

    def open_map(self, parameters: Sequence[Parameter]) -> None:
        pairs = ", ".join(f"{p.name} = {p.range}" for p in parameters)
        self.lines.append(f"sdfg.map [{pairs}] {{")

    def elementwise(self) -> None:
        """`B[p] = f(A[..], ...)`, or the same combined with what B holds."""
        parameters = self.parameters("i", 1, 3)
        self.open_map(parameters)
        inputs = [self.read(parameters) for _ in range(self.choices.integer(0, 3))]
        if chance(self.choices, 25):
            kept = shuffled(self.choices, parameters)[: self.choices.integer(0, 2)]
            output, wcr = self.target(kept, "inout"), pick(self.choices, tuple(COMBINE))
            if kept and chance(self.choices, 40):  # points that meet although they differ
                half = [symbolic.FloorDiv(e, symbolic.integer(2)) for e in output.at]
                output = Access(output.container, tuple(half))
        else:
            output, wcr = self.target(parameters, "out"), ""
        self.tasklet(inputs, output, self.arithmetic(len(inputs)), wcr)
        self.lines.append("}")

    def reduction(self) -> None:
        """`C[p] = init; C[p] = C[p] op f(A[..], ...) for all r; epilogues on C[p]`."""
        parallel, reduced = self.parameters("i", 1, 3), self.parameters("r", 1, 2)
        if chance(self.choices, 15):
            reduced.append(self.triangle(pick(self.choices, parallel)))
        wcr = pick(self.choices, tuple(COMBINE))
        epilogues = self.choices.integer(0, 2)
        role = "alloc" if epilogues and chance(self.choices, 60) else "out"
        target = self.target(parallel, role)
        self.open_map(parallel)
        if chance(self.choices, 70):
            body = [f"%r = arith.constant {float_text(COMBINE[wcr], self.element)}"]
            self.tasklet([], target, body)
        else:
            self.tasklet([self.read(parallel)], target, self.same("%a0"))
        self.open_map(reduced)
        inputs = [self.read([*parallel, *reduced]) for _ in range(self.choices.integer(1, 3))]
        product = wcr == "sum" and len(inputs) == 2 and chance(self.choices, 60)
        fma = [f"%r = arith.mulf %a0, %a1 : {self.element}"]
        self.tasklet(inputs, target, fma if product else self.arithmetic(len(inputs)), wcr)
        self.lines.append("}")
        for _ in range(epilogues):
            others = [self.read(parallel) for _ in range(self.choices.integer(0, 1))]
            in_place = role == "out" and chance(self.choices, 30)
            output = target if in_place else self.target(parallel, "out")
            self.tasklet([target, *others], output, self.arithmetic(1 + len(others)))
        self.lines.append("}")


def float_text(value: float, element: str) -> str:
    """A constant with its type; infinities by their bits."""
    if value in (float("inf"), float("-inf")):
        wide = element == "f64"
        bits = np.array(value, np.float64 if wide else np.float32).tobytes()[::-1].hex()
        return f"0x{bits} : {element}"
    return f"{value:e} : {element}"
