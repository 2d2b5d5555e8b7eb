"""Random nests of maps and loops over small numbers, with accesses that mix their parameters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from unit.choices import Choices, chance, pick
from unit.text import parsed
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.loops import Loop, LoopOp, loops_around, outermost
from sdfg.dialect.memlet import Range

SIZE = 64
"""Of each dimension of each container."""

Iteration = tuple[int, ...]
Element = tuple[int, ...]


@dataclass
class LoopsBuilder:
    """Builds a program with one nest, in which nothing computes anything."""

    choices: Choices
    symbols: bool = False
    """Whether some ranges end at the symbol N."""
    lines: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])
    count: int = 0

    def build(self) -> LoopOp:
        self.nest((), 1 + pick(self.choices, (1, 0, 2)))
        square = f"[{SIZE}, {SIZE}] x f32"
        arguments = [
            f'inout "A" %A: !sdfg.array<{square}>',
            f'inout "B" %B: !sdfg.array<[{SIZE}] x f32>',
            'inout "C" %C: !sdfg.array<[] x f32>',
        ]
        return nest_of(
            parsed(
                f"sdfg.sdfg @main [N] ({', '.join(arguments)}) {{\n"
                f"%V = sdfg.view %A : !sdfg.array<{square}, strides [1, {SIZE}]>\n"
                "sdfg.state @nest {\n" + "\n".join(self.lines) + "\n}\n}"
            )
        )

    def nest(self, outer: Sequence[str], depth: int) -> None:
        kind = pick(self.choices, ("for", "map"))
        own = [self.name("i") for _ in range(1 if kind == "for" else pick(self.choices, (1, 2)))]
        ranges = ", ".join(f"{name} = {self.range(outer)}" for name in own)
        self.lines.append(f"sdfg.{kind} [{ranges}] {{")
        inner = [*outer, *own]
        private = chance(self.choices, 20)
        if private:
            name = self.name("P")
            self.lines.append(f'%{name} = sdfg.alloc "p" : !sdfg.array<[{SIZE}] x f32>')
            self.names.append(name)
        for step in range(1 + pick(self.choices, (1, 0))):
            if depth > 1 and (step == 0 or chance(self.choices, 30)):
                self.nest(inner, depth - 1)
            else:
                self.node(inner)
        if private:
            self.names.pop()
        self.lines.append("}")

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def range(self, outer: Sequence[str]) -> str:
        start = pick(self.choices, ("0", "1"))
        if outer and chance(self.choices, 20):
            name = pick(self.choices, outer)
            stops = f"{name}:{name} + 2", f"0:{name} + 1", f"0:min(3, {name} + 1)"
            return pick(self.choices, stops)
        stop = (
            "N"
            if self.symbols and chance(self.choices, 40)
            else pick(self.choices, ("3", "4", "2", "1", "5"))
        )
        return f"{start}:{stop}" + (":2" if chance(self.choices, 20) else "")

    def node(self, names: Sequence[str]) -> None:
        if chance(self.choices, 15):
            ranges = [f"{e}:{e} + 2" for e in (self.index(names), self.index(names))]
            self.lines.append(f"sdfg.copy %B[{ranges[0]}] -> %A[{self.index(names)}, {ranges[1]}]")
            return
        resolution = " wcr sum" if chance(self.choices, 40) else ""
        self.lines.append(
            f"sdfg.tasklet (%x = {self.access(names)}) -> ({self.access(names)}{resolution}) {{\n"
            "sdfg.yield %x : f32\n}"
        )

    def access(self, names: Sequence[str]) -> str:
        container = pick(self.choices, ("A", "B", "C", "V", *self.names))
        rank = {"A": 2, "V": 2, "C": 0}.get(container, 1)
        return f"%{container}[{', '.join(self.index(names) for _ in range(rank))}]"

    def index(self, names: Sequence[str]) -> str:
        if chance(self.choices, 15):
            return pick(self.choices, ("20", "21", "22"))
        text = " + ".join(
            f"{pick(self.choices, (1, 2, -1))} * {pick(self.choices, names)}"
            for _ in range(1 + chance(self.choices, 20))
        )
        text = f"{text} + {pick(self.choices, (20, 21, 19, 22))}"
        if chance(self.choices, 10):
            return f"({text}) {pick(self.choices, ('mod', 'floordiv'))} {pick(self.choices, '23')}"
        return text


def nest_of(module: ModuleOp) -> LoopOp:
    """The one nest of a program."""
    (nest,) = outermost(module)
    return nest


@dataclass(frozen=True)
class Touch:
    """An access as it happens: in which iteration, to which element of the memory."""

    access: Access
    iteration: Iteration
    element: Element


def touches(nest: LoopOp, sizes: Mapping[str, int]) -> list[Touch]:
    """All that happens when the nest runs, in that order."""
    by_node = Accesses.of(nest).by_node
    return list(_run(nest, {}, dict(sizes), by_node))


def _run(
    op: Operation,
    at: dict[str, int],
    sizes: dict[str, int],
    by_node: Mapping[Operation, Sequence[Access]],
) -> Iterator[Touch]:
    for access in by_node.get(op, ()):
        loops = loops_around(access.scope)
        iteration = tuple(at[loop.parameter] for loop in loops)
        private = tuple(at[x.parameter] for x in loops if _is_inside(access, x))
        for element in elements(access, {**sizes, **at}):
            yield Touch(access, iteration, (*private, element))
    if not isinstance(op, LoopOp):
        return
    for point in points(loops_around((op,)), {**sizes, **at}):
        for node in op.body.block.ops:
            yield from _run(node, {**at, **point}, sizes, by_node)


def _is_inside(access: Access, loop: Loop) -> bool:
    owner = access.root.owner
    return isinstance(owner, Operation) and loop.op.is_ancestor(owner)


def points(loops: Sequence[Loop], values: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The points of a box, last loop fastest."""
    if not loops:
        yield {}
        return
    for value in integers(loops[0].range, values):
        for rest in points(loops[1:], values):
            yield {loops[0].parameter: value, **rest}


def integers(over: Range, values: Mapping[str, int]) -> range:
    start, stop, step = (symbolic.evaluate(e, values) for e in (over.start, over.end, over.step))
    return range(start, stop, step)


def elements(access: Access, values: Mapping[str, int]) -> Iterator[int]:
    """The addresses of the elements that an access touches."""
    kind = access.container.type
    strides = [symbolic.evaluate(s, values) for s in kind.strides.data]  # pyright: ignore
    addresses = [symbolic.evaluate(kind.offset.data, values)]  # pyright: ignore
    for over, stride in zip(access.subset.data, strides, strict=True):
        addresses = [a + i * stride for a in addresses for i in integers(over, values)]
    yield from addresses
