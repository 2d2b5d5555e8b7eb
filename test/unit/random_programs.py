"""
Random programs of the dialect: nests of maps, loops, branches and copies over symbolic shapes.

Every program verifies, and for all sizes of at least 1 its accesses lie in bounds, its maps have no
races, and nothing is read before it is written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from unit.choices import Choices, chance, pick, shuffled
from unit.random_parts import SYMBOLS, Container, Features, Parameter
from unit.random_tasklets import BodyBuilder
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Attribute, Block, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ViewOp
from sdfg.dialect.ops.control import AssignOp, ForOp, IfOp, WhileOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import IndexOp, LoadOp, StoreOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType


@dataclass
class ProgramBuilder:
    """Builds one program; `block` is where the next operation goes."""

    choices: Choices
    features: Features
    containers: list[Container] = field(default_factory=list[Container])
    loops: list[Parameter] = field(default_factory=list[Parameter])
    count: int = 0
    block: Block = field(default_factory=Block)

    def build(self) -> ModuleOp:
        symbols = SYMBOLS[: self.choices.integer(1, 3)]
        inputs, outputs = self.choices.integer(1, 3), self.choices.integer(1, 2)
        dims = [self.extent(symbols) for _ in range(3)]
        roles = ["in"] * inputs + [pick(self.choices, ("out", "inout")) for _ in range(outputs)]
        arguments = [(role, f"{role}{k}", self.array_type(dims)) for k, role in enumerate(roles)]
        program = SdfgOp.with_arguments("main", symbols, arguments)
        self.block = program.body.block
        for role, name, value in program.arguments:
            value.name_hint = name
            self.containers.append(Container(value, role != "in", role != "out"))
        for k in range(self.choices.integer(0, 2)):
            alloc = AllocOp(self.array_type(dims), f"t{k}")
            alloc.result.name_hint = f"t{k}"
            self.block.add_op(alloc)
            self.containers.append(Container(alloc.result, True, False))
        for _ in range(self.choices.integer(1, self.features.states)):
            self.step(depth=2 if self.features.control else 0)
        for container in self.containers:
            if not container.written:
                self.state(lambda c=container: self.overwrite(c))
        return ModuleOp([program])

    def name(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def extent(self, symbols: Sequence[str]) -> Expr:
        """A size that is positive wherever all symbols are."""
        n = symbolic.symbol(pick(self.choices, symbols))
        return pick(self.choices, (n, symbolic.integer(4), n + 1, 2 * n, symbolic.integer(1)))

    def array_type(self, dims: Sequence[Expr]) -> ArrayType:
        """An array whose shape is made of `dims`, so that shapes of several arrays meet."""
        rank = self.choices.integer(0, self.features.rank)
        shape = [pick(self.choices, dims) for _ in range(rank)]
        return ArrayType(shape, pick(self.choices, self.features.types))

    # The level of the program

    def step(self, depth: int) -> None:
        """One node at the level of the program."""
        what = self.choices.integer(0, 9) if depth else 0
        if what <= 5:
            self.state(self.node)
        elif what == 6:
            self.loop(depth - 1)
        elif what == 7:
            self.branch(depth - 1)
        elif what == 8:
            self.countdown(depth - 1)
        elif self.features.views:
            self.view()

    def state(self, fill: Callable[[], None]) -> None:
        state = StateOp(self.name("state"))
        self.within(state.body.block, fill)
        self.block.add_op(state)

    def within(self, block: Block, fill: Callable[[], None]) -> None:
        """Run `fill` with `block` as the place for new operations."""
        outer, self.block = self.block, block
        fill()
        self.block = outer

    def guarded(self, depth: int) -> Region:
        """A body that may not run: it writes only what has been written before."""
        hidden = [c for c in self.containers if not c.written]
        self.containers = [c for c in self.containers if c.written]
        seen = list(self.containers)
        block = Block()
        self.within(block, lambda: self.step(depth))
        self.containers = seen + hidden
        return Region(block)

    def loop(self, depth: int) -> None:
        """A loop, over the first dimension of a container where there is one."""
        ranked = [c.kind.dims[0] for c in self.containers if c.kind.rank]
        extent = pick(self.choices, ranked or [symbolic.integer(3)])
        name = self.name("s")
        over = Range.of(0, extent)
        self.loops.append(Parameter(name, over, symbolic.symbol(name), extent))
        self.block.add_op(ForOp(name, over, self.guarded(depth)))
        self.loops.pop()

    def branch(self, depth: int) -> None:
        n = symbolic.symbol(SYMBOLS[0])
        bound = self.choices.integer(1, 4)
        condition = symbolic.parse(f"{n} > {bound}") if chance(self.choices, 50) else n <= bound
        then_body = self.guarded(depth)
        else_body = self.guarded(depth) if chance(self.choices, 50) else ()
        self.block.add_op(IfOp(condition, then_body, else_body))

    def countdown(self, depth: int) -> None:
        """A loop that a symbol which changes decides."""
        name = self.name("n")
        n = symbolic.symbol(name)
        self.block.add_op(AssignOp(name, symbolic.integer(self.choices.integer(0, 3))))
        body = self.guarded(depth)
        body.block.add_op(AssignOp(name, n - 1))
        self.block.add_op(WhileOp(n > 0, body))

    def view(self) -> None:
        """A transposed view of a container that has been written, for reading."""
        sources = [c for c in self.containers if c.written and c.kind.rank > 1]
        if not sources:
            return
        kind = (source := pick(self.choices, sources)).kind
        order = shuffled(self.choices, range(kind.rank))
        shape = [kind.dims[k] for k in order]
        strides = [kind.strides.data[k] for k in order]
        view = ViewOp(source.value, ArrayType(shape, kind.element_type, strides, kind.offset.data))
        view.result.name_hint = self.name("v")
        self.block.add_op(view)
        self.containers.append(Container(view.result, False, True))

    # Nodes of a state

    def node(self) -> None:
        """Write one container that may be written."""
        targets = [c for c in self.containers if c.writable]
        if not targets:
            return
        target = pick(self.choices, targets)
        if target.written and chance(self.choices, 40):
            if self.features.resolutions and chance(self.choices, 50):
                self.accumulate(target)
            else:
                self.copy_into(target)
        else:
            self.overwrite(target)

    def overwrite(self, target: Container) -> None:
        """Write all elements of `target`."""
        if self.features.resolutions and chance(self.choices, 30):
            self.reduce_into(target)
        else:
            self.elementwise(target)
        target.written = True

    def parameters(self, extents: Sequence[Expr]) -> list[Parameter]:
        """Fresh parameters for these extents, some of them shifted or strided."""
        result: list[Parameter] = []
        for extent in extents:
            name = self.name("i")
            i = symbolic.symbol(name)
            over, base = pick(
                self.choices,
                (
                    (Range.of(0, extent), i),
                    (Range.of(0, extent), extent - 1 - i),
                    (Range.of(2, extent + 2), i - 2),
                    (Range.of(0, 2 * extent, 2), symbolic.parse(f"{name} floordiv 2")),
                ),
            )
            result.append(Parameter(name, over, base, extent))
        return result

    def nest(self, parameters: Sequence[Parameter], fill: Callable[[], None]) -> None:
        """Maps over the parameters, in some order and depth, around what `fill` adds."""
        if not parameters:
            fill()
            return
        order = shuffled(self.choices, parameters)
        count = self.choices.integer(1, len(order))
        if chance(self.choices, 20):
            self.tiled(order[0], lambda: self.nest(order[1:], fill))
            return
        here, inner = order[:count], order[count:]
        map_op = MapOp([p.name for p in here], [p.range for p in here])
        self.within(map_op.body.block, lambda: self.nest(inner, fill))
        self.block.add_op(map_op)

    def tiled(self, parameter: Parameter, fill: Callable[[], None]) -> None:
        """A map over tiles of 4 around a map over the points of a tile."""
        tile = symbolic.symbol(self.name("tile"))
        r = parameter.range
        size = 4 * r.step
        assert r.stop is not None
        points = replace(r, start=tile, stop=symbolic.minimum(tile + size, r.stop))
        inner = MapOp([parameter.name], [points])
        self.within(inner.body.block, fill)
        self.block.add_op(MapOp([tile.name], [replace(r, step=size)], [inner]))

    def elementwise(self, target: Container) -> None:
        """Each element of `target` from elements of other containers."""
        parameters = self.parameters(target.kind.dims)
        at = [p.base for p in parameters]

        def fill() -> None:
            known = [*parameters, *self.loops]
            store = self.features.dynamic and target.kind.rank > 0 and chance(self.choices, 15)
            also = [self.private(target, known)] if chance(self.choices, 20) else []
            self.tasklet(target, at, known, in_place=target.written, store=store, also=also)

        self.nest(parameters, fill)

    def private(self, target: Container, known: Sequence[Parameter]) -> Container:
        """A small container of one point of a map that writes `target`, written by now."""
        shape, storages = pick(
            self.choices, (((), ("register", "stack", "heap")), ((4,), ("stack", "heap")))
        )
        element = pick(self.choices, self.features.types)
        alloc = AllocOp(ArrayType(shape, element, storage=pick(self.choices, storages)))
        alloc.result.name_hint = self.name("p")
        self.block.add_op(alloc)
        container = Container(alloc.result, True, True)
        parameters = self.parameters(container.kind.dims)
        at = [p.base for p in parameters]
        inner = [*parameters, *known]
        self.nest(parameters, lambda: self.tasklet(container, at, inner, avoid=target))
        return container

    def reduce_into(self, target: Container) -> None:
        """Each element of `target` from many: an initial value, then a conflict resolution."""
        parameters = self.parameters(target.kind.dims)
        at = [p.base for p in parameters]
        dims = [e for c in self.containers for e in c.kind.dims] or [symbolic.integer(3)]
        count = self.choices.integer(1, 2)
        reduced = self.parameters([pick(self.choices, dims) for _ in range(count)])
        resolution = pick(self.choices, self.features.resolutions)

        def fill() -> None:
            known = [*parameters, *self.loops]
            self.tasklet(target, at, known, reads=0)
            self.nest(reduced, lambda: self.tasklet(target, at, [*known, *reduced], wcr=resolution))

        self.nest(parameters, fill)

    def accumulate(self, target: Container) -> None:
        """Combine what `target` holds with elements of others, many points meeting in one."""
        parameters = self.parameters(target.kind.dims)
        at = [p.base for p in parameters]
        more = self.parameters([symbolic.integer(3)])
        resolution = pick(self.choices, self.features.resolutions)
        known = [*parameters, *more, *self.loops]
        self.nest([*parameters, *more], lambda: self.tasklet(target, at, known, wcr=resolution))

    def copy_into(self, target: Container) -> None:
        """Move a part of another container of the same shape, or of the same size along it."""
        kind = target.kind
        sources = [
            c
            for c in self.readable(target)
            if c.kind.dims == kind.dims and c.kind.element_type == kind.element_type
        ]
        if not sources:
            self.elementwise(target)
            return
        source = pick(self.choices, sources)
        ranges = tuple(self.part(extent) for extent in kind.dims)
        memlet = MemletAttr(SubsetAttr(ranges))
        self.block.add_op(CopyOp((source.value, memlet), (target.value, memlet)))

    def part(self, extent: Expr) -> Range:
        options = (
            Range.of(0, extent),
            Range.point(0),
            Range.of(1, extent),
            Range.of(0, extent, 2),
            Range.point(extent - 1),
        )
        return pick(self.choices, options)

    def readable(self, target: Container) -> list[Container]:
        """What may be read at any place while `target` is written."""
        block = self.memory(target.value)
        return [c for c in self.containers if c.written and self.memory(c.value) is not block]

    @staticmethod
    def memory(value: SSAValue) -> SSAValue:
        while isinstance(owner := value.owner, ViewOp):
            value = owner.source
        return value

    def index(self, extent: Expr, known: Sequence[Parameter]) -> Expr:
        """An index into a dimension of size `extent`, over parameters where they fit."""
        fitting = [p for p in known if symbolic.equal(p.extent, extent)]
        if fitting and not chance(self.choices, 25):
            return pick(self.choices, fitting).base
        options = [symbolic.integer(0), extent - 1]
        for p in known:
            options += [symbolic.Mod(p.base, extent), symbolic.minimum(p.base, extent - 1)]
        return pick(self.choices, options)

    def tasklet(
        self,
        target: Container,
        at: Sequence[Expr],
        known: Sequence[Parameter],
        *,
        wcr: str = "",
        in_place: bool = False,
        store: bool = False,
        reads: int = 3,
        also: Sequence[Container] = (),
        avoid: Container | None = None,
    ) -> None:
        """A tasklet that writes one element of `target`, at `at`, and reads nothing of `avoid`."""
        point = MemletAttr(SubsetAttr.points(at), wcr)
        inputs: list[tuple[SSAValue, MemletAttr]] = []
        if in_place and chance(self.choices, 30):
            inputs.append((target.value, point))
        sources = self.readable(avoid or target)
        for _ in range(self.choices.integer(0, reads) if sources else 0):
            inputs.append(self.read(pick(self.choices, sources), known))
        inputs += [self.read(source, known) for source in also]
        block = Block(arg_types=[argument_type(c, m) for c, m in inputs])
        body = BodyBuilder(self.choices, block)
        values = [
            self.loaded(body, value, known) if isinstance(value.type, ArrayType) else value
            for value in block.args
        ]
        indices = [p.base for p in known]
        value = body.computed(values, target.kind.element_type, indices)
        output = (target.value, point)
        if store:
            output = (target.value, MemletAttr(SubsetAttr.full(target.kind.dims), volume=1))
            argument = block.insert_arg(target.kind, len(block.args))
            body.block.add_op(StoreOp(value, argument, [body.add(IndexOp(e)) for e in at]))
        block.add_op(YieldOp(*([] if store else [value])))
        self.block.add_op(TaskletOp(inputs, [output], Region(block)))

    def read(self, source: Container, known: Sequence[Parameter]) -> tuple[SSAValue, MemletAttr]:
        """An element of `source`, or all of it for the body to choose from."""
        if self.features.dynamic and source.kind.rank and chance(self.choices, 15):
            return source.value, MemletAttr(SubsetAttr.full(source.kind.dims), volume=1)
        at = [self.index(e, known) for e in source.kind.dims]
        return source.value, MemletAttr(SubsetAttr.points(at))

    def loaded(self, body: BodyBuilder, array: SSAValue, known: Sequence[Parameter]) -> SSAValue:
        """An element of `array` at indices that the body computes."""
        assert isinstance(array.type, ArrayType)
        at = [body.add(IndexOp(self.index(e, known))) for e in array.type.dims]
        return body.add(LoadOp(array, at))


def argument_type(container: SSAValue, memlet: MemletAttr) -> Attribute:
    assert isinstance(container.type, ArrayType)
    return container.type.element_type if memlet.subset.is_point else container.type
