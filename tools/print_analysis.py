"""What `sdfg-opt --print-analysis=..` prints: the answers of the analyses as indented text."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Self

from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Block, Operation, SSAValue
from xdsl.printer import Printer

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.cost import Cost
from sdfg.dialect.analysis.dependences import Dependences
from sdfg.dialect.analysis.footprint import Footprint, Footprints
from sdfg.dialect.analysis.kinds import Kind
from sdfg.dialect.analysis.live_ranges import live_ranges
from sdfg.dialect.analysis.loops import LoopOp, outermost, parameters_of
from sdfg.dialect.analysis.node_dependences import NodeDependences
from sdfg.dialect.analysis.strides import Strides
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.tools.terminal import usage_error

Line = tuple[int, str]
"""A depth and a text."""


@dataclass(eq=False)
class Recorder(Printer):
    """A printer that keeps the name that it gives each value."""

    found: dict[SSAValue, str] = field(default_factory=dict[SSAValue, str])

    def print_ssa_value(self, value: SSAValue) -> str:
        name = super().print_ssa_value(value)
        self.found[value] = f"%{name}"
        return name


@dataclass(frozen=True)
class Names:
    """The names that values have where the program is printed."""

    found: Mapping[SSAValue, str]

    @classmethod
    def of(cls, module: ModuleOp) -> Self:
        recorder = Recorder(StringIO())
        recorder.print_op(module)
        return cls(recorder.found)

    def access(self, access: Access) -> str:
        resolution = "" if access.wcr is None else f" wcr {access.wcr}"
        return f"{self.found[access.container]}[{access.subset}]{resolution}"

    def node(self, op: Operation) -> str:
        """One line about a node."""
        match op:
            case MapOp() | ForOp():
                pairs = zip(parameters_of(op), op.ranges.data, strict=True)
                kind = "map" if isinstance(op, MapOp) else "for"
                return f"{kind} [{', '.join(f'{name} = {over}' for name, over in pairs)}]"
            case StateOp():
                return f"state @{op.sym_name.data}"
            case TaskletOp():
                pairs = op.output_accesses
                written = (f"{self.found[c]}[{m.subset}]" for c, m in pairs)
                return f"tasklet -> {', '.join(written)}"
            case _:
                operands = (self.found[value] for value in op.operands)
                return f"{op.name.removeprefix('sdfg.')} {', '.join(operands)}".rstrip()


def dependences(program: SdfgOp, names: Names) -> Iterator[Line]:
    for depth, op in nests(program):
        yield depth, names.node(op)
        if isinstance(op, LoopOp):
            yield from ((depth + 1 + d, line) for d, line in dependences_of_nest(op, names))
        elif isinstance(op, StateOp):
            yield from ((depth + 1, line) for line in dependences_of_nodes(op.body.block, names))
    yield from ((1, line) for line in dependences_of_nodes(program.body.block, names))


def dependences_of_nest(op: LoopOp, names: Names) -> Iterator[Line]:
    answer = Dependences.of(op)
    for loop in answer.loops:
        yield 0, f"{loop.parameter}: {answer.kind_of(loop)}"
        for found in answer.of_loop(loop):
            distance = ", ".join(map(str, found.distance))
            maybe = "" if found.exact else " perhaps"
            pair = f"{names.access(found.source)} -> {names.access(found.sink)}"
            yield 1, f"{found.kind}{maybe} {pair} ({distance})"


def dependences_of_nodes(block: Block, names: Names) -> Iterator[str]:
    answer = NodeDependences.of(block)
    for found in answer.all:
        pair = f"{names.node(found.source)} -> {names.node(found.sink)}"
        yield f"{found.kind} {names.found[found.root]}: {pair}"


def kinds(program: SdfgOp, names: Names) -> Iterator[Line]:
    for depth, op in nests(program):
        yield depth, names.node(op)
        if isinstance(op, MapOp):
            kind = Kind.of(op)
            roles = " ".join(f"{loop.parameter}={role}" for loop, role in kind.loops)
            yield depth + 1, f"{kind.name} {roles}"


def strides(program: SdfgOp, names: Names) -> Iterator[Line]:
    for depth, op in nests(program):
        yield depth, names.node(op)
        if not isinstance(op, LoopOp):
            continue
        for access, along in Strides.of(op).by_access.items():
            verb = "write" if access.writes else "read"
            text = ", ".join(f"{stride.loop.parameter} {stride}" for stride in along)
            yield depth + 1, f"{verb} {names.access(access)}: {text}"


def lifetimes(program: SdfgOp, names: Names) -> Iterator[Line]:
    for block in blocks_with_allocs(program):
        parent = block.parent_op()
        assert parent is not None, "blocks stand in programs, states and maps"
        inside = not isinstance(parent, SdfgOp)
        if inside:
            yield 1, names.node(parent)
        for alloc, over in live_ranges(block).items():
            kind = alloc.result.type
            text = f"{names.found[alloc.result]}: nodes {over.first} to {over.last}, {kind}"
            yield 1 + inside, text


def footprints(program: SdfgOp, names: Names) -> Iterator[Line]:
    for depth, op in nests(program):
        yield depth, names.node(op)
        if not isinstance(op, LoopOp):
            continue
        answer = Footprints.of(op)
        yield depth + 1, "all of it"
        yield from ((depth + 2, line) for line in footprints_by_root(answer.whole, names))
        for loop, by_root in answer.by_loop.items():
            yield depth + 1, f"one {loop.parameter}"
            yield from ((depth + 2, line) for line in footprints_by_root(by_root, names))


def footprints_by_root(by_root: Mapping[SSAValue, Footprint], names: Names) -> Iterator[str]:
    for root, found in by_root.items():
        most = "" if found.exact else "at most "
        elements, size = symbolic.text_of(found.elements), symbolic.text_of(found.bytes)
        again = ratio(found.accesses, found.elements)
        yield f"{names.found[root]}: {most}{elements} elements, {size} bytes, reuse {again}"


def costs(program: SdfgOp, names: Names) -> Iterator[Line]:
    yield 1, cost_text(Cost.of(program))
    for op in program.body.block.ops:
        if isinstance(op, AllocOp | ConstantOp | ViewOp):
            continue
        yield 1, f"{names.node(op)}: {cost_text(Cost.of(op))}"
        if isinstance(op, StateOp):
            for node in op.body.block.ops:
                if not isinstance(node, AllocOp | ConstantOp | ViewOp):
                    yield 2, f"{names.node(node)}: {cost_text(Cost.of(node))}"


def cost_text(cost: Cost) -> str:
    counts = {"flops": cost.flops, **cost.functions}
    parts = [f"{symbolic.text_of(count)} {name}" for name, count in counts.items()]
    most = "" if cost.exact else "at most "
    parts += [
        f"{most}{symbolic.text_of(cost.read)} bytes read",
        f"{symbolic.text_of(cost.written)} written",
    ]
    if cost.bytes != 0:
        parts.append(f"{ratio(cost.flops, cost.bytes)} flops/byte")
    return ", ".join(parts)


def ratio(a: Expr, b: Expr) -> str:
    """A quotient: two digits behind the point, or as a fraction of symbols."""
    if b == 0:
        return "none"
    number, divisor = symbolic.fraction(a, b)
    if number.is_Integer and divisor.is_Integer:
        return f"{int(number) / int(divisor):.2f}"
    text = symbolic.text_of(number)
    return text if divisor == 1 else f"({text}) / ({symbolic.text_of(divisor)})"


def blocks_with_allocs(program: SdfgOp) -> list[Block]:
    """The blocks that allocate something, in the order of the text."""
    found = (op.parent_block() for op in program.walk() if isinstance(op, AllocOp))
    return list(dict.fromkeys(block for block in found if block is not None))


def nests(program: SdfgOp) -> Iterator[tuple[int, Operation]]:
    """The states of a program and the outermost maps and loops, each with its depth."""
    for op in program.body.block.ops:
        if not isinstance(op, StateOp):
            yield from ((1, nest) for nest in outermost(op))
            continue
        yield 1, op
        yield from ((2, nest) for nest in outermost(op))


Analysis = Callable[[SdfgOp, Names], Iterator[Line]]

ANALYSES: Mapping[str, tuple[Analysis, str]] = {
    "cost": (costs, "floating point operations, and the bytes that must move"),
    "dependences": (dependences, "parallel, reduced and carried loops, and the order of nodes"),
    "footprint": (footprints, "what one iteration of each loop touches, and how often"),
    "kinds": (kinds, "what each nest computes, and the role of each of its loops"),
    "live-ranges": (lifetimes, "from which node to which the contents of containers count"),
    "strides": (strides, "how each access moves along each loop, in elements"),
}
"""Each analysis with what it answers."""


def chosen(text: str) -> tuple[str, ...]:
    """The analyses named in `text`; ends the tool with a list of all for `help` or an unknown."""
    known = "\n".join(f"  {name:<12} {meaning}" for name, (_, meaning) in ANALYSES.items())
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in ANALYSES:
            near = difflib.get_close_matches(name, ANALYSES, 1)
            hint = f"\nhint: did you mean '{near[0]}'?" if near else ""
            usage_error(f"unknown analysis '{name}'{hint}\nanalyses:\n{known}")
    return names


def listing() -> str:
    """All analyses, one a line."""
    return "".join(f"{name:<12} {meaning}\n" for name, (_, meaning) in ANALYSES.items())


def report(module: ModuleOp, analyses: Sequence[str]) -> str:
    """What the analyses say about each program of `module`, one after the other."""
    names = Names.of(module)
    programs = [op for op in module.walk() if isinstance(op, SdfgOp)]
    lines: list[str] = []
    for name in analyses:
        answer, _ = ANALYSES[name]
        for program in programs:
            lines.append(f"{name} @{program.sym_name.data}")
            lines += ["  " * depth + text for depth, text in answer(program, names)]
    return "".join(f"{line}\n" for line in lines)
