"""A nest of loops under transformation, in the form in which every rewrite is simple."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from xdsl.ir import Block, Operation, Region

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import is_nonnegative
from sdfg.dialect.attrs import ScheduleAttr
from sdfg.dialect.diagnostics import derived
from sdfg.dialect.memlet import Range, SubsetAttr
from sdfg.dialect.ops import syntax
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.dataflow import MapOp, StateOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType, StreamType
from sdfg.lowering.simplify.rewriting import rename, substitute

Loop = MapOp | ForOp
"""A loop of one parameter."""

_SPLIT = ("sequential", "unroll", "parallel", "static")
"""Schedules of maps that may be taken apart into loops of one parameter."""


LARGEST_PRIVATE = 1 << 15
"""Elements of a container that each iteration of the loops around has on the stack."""


class Refused(Exception):
    """A transformation that would be wrong here, or that finds nothing to do; the text says why."""


def refuse(reason: str) -> NoReturn:
    raise Refused(reason)


@dataclass
class Nest:
    """
    A loop at the top of a state, or beside others within a map, and what has become of it.

    While it is open, each loop has one parameter, so that a transformation moves whole operations;
    `close` joins loops again. Loops are found by *role path*, which is the name of their parameter
    unless `names` says another: a recipe's `n` may be `i1` in the program.
    """

    state: StateOp | MapOp
    """What the map stands in."""
    roots: list[Operation]
    """What stands for the map now, in order."""
    taken: frozenset[str]
    """Symbols of the program around the nest."""
    names: dict[str, str] = field(default_factory=dict[str, str])
    """Parameter of each role, where they differ."""
    added: list[Operation] = field(default_factory=list[Operation])
    """Allocations before the state and copies before the nest."""
    original: Operation | None = None
    """What the nest is a copy of, which it will replace: what that uses does not count."""

    @classmethod
    def open(cls, op: Loop, state: StateOp | MapOp, taken: frozenset[str]) -> "Nest":
        """
        Take the maps of `op` apart into loops of one parameter.

        Raises `Refused`, before anything changes, where a schedule holds them together, and where
        the nest holds more than loops, tasklets and arrays.
        """
        for node in _nodes_within(op):
            if not isinstance(node, Loop | TaskletOp | AllocOp | ConstantOp | ViewOp):
                refuse(f"'{node.name}' stands in the nest")
            if any(isinstance(value.type, StreamType) for value in (*node.operands, *node.results)):
                refuse("the nest uses a stream, whose elements have an order")
        maps = [o for o in op.walk() if isinstance(o, MapOp)]
        for inner in maps:
            if len(inner.param_names) > 1 and inner.schedule.kind.data not in _SPLIT:
                names = ", ".join(inner.param_names)
                refuse(f"loops {names} are scheduled together: {inner.schedule.kind.data}")
        for inner in maps:
            _take_apart(inner)
        return cls(state, [op], taken)

    def close(self) -> None:
        """
        Join loops that are perfectly nested, leave out those of one iteration. Of loops on threads
        that still stand in each other the outer one counts.
        """
        for root in list(self.roots):
            for op in [o for o in root.walk() if isinstance(o, MapOp)][::-1]:
                _drop_single(op, is_root=op is root)
            for op in [o for o in root.walk() if isinstance(o, MapOp)][::-1]:
                join(op)
            for op in [o for o in root.walk() if isinstance(o, MapOp) and on_threads(o)]:
                for inner in [o for o in op.walk() if o is not op and isinstance(o, MapOp)]:
                    if on_threads(inner):
                        inner.attributes["schedule"] = ScheduleAttr()

    def name(self, role: str) -> str:
        """The parameter that plays a role."""
        return self.names.get(role, role)

    def define(self, role: str) -> str:
        """A new parameter for a role that a transformation introduces."""
        if role in self.names:
            refuse(f"there is a loop {role} already")
        if role in self.parameters:
            refuse(f"there is a loop {role} already")
        name = symbolic.symbol_name(role, self.taken | self.parameters)
        if name != role:
            self.names[role] = name
        return name

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters of all loops."""
        return frozenset(parameter(op) for op in self.walk() if isinstance(op, Loop))

    def walk(self) -> Iterator[Operation]:
        """All operations of the nest, outer before inner."""
        for root in self.roots:
            yield from root.walk()

    def loops(self, role: str) -> list[Loop]:
        """
        The loops that play a role, which may be several after a range was cut into pieces.

        Raises `Refused` if there is none.
        """
        name = self.name(role)
        found = [o for o in self.walk() if isinstance(o, Loop) and parameter(o) == name]
        if not found:
            refuse(f"there is no loop {role}")
        return found

    def maps(self, role: str) -> list[MapOp]:
        """As `loops`, all of which must be maps: their iterations need no order."""
        found = self.loops(role)
        if any(isinstance(op, ForOp) for op in found):
            refuse(f"the iterations of loop {role} follow each other")
        return [op for op in found if isinstance(op, MapOp)]

    def has(self, role: str) -> bool:
        name = self.name(role)
        return any(isinstance(o, Loop) and parameter(o) == name for o in self.walk())

    def count(self, loop: Loop) -> Expr:
        """How many iterations a loop has: 0, never less, where its range ends before it begins."""
        extent = range_of(loop).extent
        if is_nonnegative(extent, symbolic.symbols_of(extent)):
            return extent
        kinds = (o.type for op in self.walk() for o in op.operands)
        if any(isinstance(kind, ArrayType) and extent in kind.dims for kind in kinds):
            return extent
        return symbolic.maximum(symbolic.integer(0), extent)

    def replace(self, old: Operation, new: Sequence[Operation]) -> None:
        """Put `new` in the place of `old`, which is erased with all that is still in it."""
        block = old.parent_block()
        assert block is not None
        for op in new:
            derived(op, old)
        block.insert_ops_before(list(new), old)
        if old in self.roots:
            at = self.roots.index(old)
            self.roots[at : at + 1] = new
        old.detach()
        old.erase()

    def storage(self, wanted: str) -> str:
        """Where a container for the whole nest lives: on the stack of an iteration, within maps."""
        return "stack" if isinstance(self.state, MapOp) else wanted

    def put_before(self, op: Operation) -> None:
        """Add a node in front of the whole nest."""
        mark = self.roots[0]
        block = mark.parent_block()
        assert block is not None
        block.insert_op_before(derived(op, mark), mark)
        self.added.append(op)

    def allocate(self, alloc: AllocOp | ViewOp) -> None:
        """
        Add a container, or a view of one from outside of the state, that the whole nest sees.

        Within a map each iteration has its own. Raises `Refused` where the stack does not hold it.
        """
        mark: Operation = self.state
        if isinstance(mark, MapOp):
            mark = self.roots[0]
            check_private(alloc)
        block = mark.parent_block()
        assert block is not None
        block.insert_op_before(derived(alloc, self.roots[0]), mark)
        self.added.append(alloc)


def check_private(alloc: AllocOp | ViewOp) -> None:
    """Raises `Refused` for a container that each iteration of a map cannot have on the stack."""
    kind = alloc.result.type
    if not isinstance(alloc, AllocOp) or not isinstance(kind, ArrayType):
        return
    size = symbolic.constant(kind.size)
    if size is None or size > LARGEST_PRIVATE or kind.storage.kind.data == "heap":
        refuse(f"each iteration of the loops around would need {kind.size} elements")


def on_threads(loop: Operation) -> bool:
    """Whether the iterations of a loop run on the threads of the machine."""
    return isinstance(loop, MapOp) and loop.schedule.on_threads


def parameter(loop: Loop) -> str:
    return loop.param if isinstance(loop, ForOp) else loop.param_names[0]


def range_of(loop: Loop) -> Range:
    return loop.range if isinstance(loop, ForOp) else loop.ranges.data[0]


def nodes(loop: Loop) -> list[Operation]:
    """What runs in each iteration, allocations aside."""
    return [op for op in loop.body.block.ops if not isinstance(op, AllocOp)]


def only_child(loop: Loop) -> Operation | None:
    """The one operation in the body of a loop, None if there are more."""
    first = loop.body.block.first_op
    return first if first is not None and first.next_op is None else None


def chain_from(top: Loop) -> list[Loop]:
    """`top` and the loops perfectly nested in it, outermost first."""
    chain = [top]
    while isinstance(child := only_child(chain[-1]), Loop):
        chain.append(child)
    return chain


def map_chain_around(loop: MapOp) -> list[MapOp]:
    """The maps perfectly nested with `loop` without another kind of loop in between."""
    top = loop
    while isinstance(parent := top.parent_op(), MapOp) and only_child(parent) is top:
        top = parent
    result = [top]
    while isinstance(child := only_child(result[-1]), MapOp):
        result.append(child)
    return result


def around(loops: Sequence[tuple[str, Range]], body: Sequence[Operation]) -> list[Operation]:
    """`body` in perfectly nested maps, outermost first; `body` itself if there are none."""
    ops = list(body)
    for name, r in reversed(loops):
        ops[:] = [MapOp([name], [r], ops)]
    return ops


def enclosing(op: Operation, outermost: Operation) -> list[Loop]:
    """The loops around `op` up to `outermost`, which is included, outermost first."""
    found: list[Loop] = []
    while op is not outermost:
        parent = op.parent_op()
        assert parent is not None
        op = parent
        if isinstance(op, Loop):
            found.append(op)
    return found[::-1]


def _nodes_within(op: Operation) -> Iterator[Operation]:
    """`op` and everything in it down to tasklets."""
    yield op
    if isinstance(op, TaskletOp):
        return
    for inner in (o for region in op.regions for block in region.blocks for o in block.ops):
        yield from _nodes_within(inner)


def _take_apart(op: MapOp) -> None:
    names, ranges = op.param_names, op.ranges.data
    if len(names) == 1:
        return
    body = op.detach_region(0)
    for name, r in reversed(list(zip(names[1:], ranges[1:], strict=True))):
        inner = MapOp([name], [r], body, op.schedule)
        inner.location = op.location
        body = Region(Block([inner]))
    op.add_region(body)
    op.attributes["params"] = syntax.strings(names[:1])
    op.attributes["ranges"] = SubsetAttr(ranges[:1])


def _drop_single(op: MapOp, *, is_root: bool) -> None:
    """Put the body of a map of one iteration in its place."""
    if len(op.param_names) != 1 or op.extents[0] != 1:
        return
    child = only_child(op)
    if is_root and not isinstance(child, MapOp):
        return
    values = {op.param_names[0]: op.ranges.data[0].start}
    body = op.body.block
    for inner in body.ops:
        substitute(inner, values)
    if is_root:
        assert isinstance(child, MapOp)
        _become(op, child)
        return
    block = op.parent_block()
    assert block is not None
    for inner in list(body.ops):
        inner.detach()
        block.insert_op_before(inner, op)
    op.detach()
    op.erase()


def _become(op: MapOp, child: MapOp) -> None:
    """Let `op` be its only child."""
    for key in ("params", "ranges", "schedule"):
        op.attributes[key] = child.attributes[key]
    inner = child.detach_region(0)
    outer = op.detach_region(0)
    outer.erase()
    op.add_region(inner)


def join(op: MapOp) -> None:
    """`map [i] { map [j] { ... } }` -> `map [i, j] { ... }`"""
    while isinstance(child := only_child(op), MapOp):
        bound = set(op.param_names)
        free = symbolic.symbols_of(*(e for r in child.ranges.data for e in r.exprs))
        if child.schedule != op.schedule or free & bound:
            return
        if op.schedule.kind.data not in _SPLIT:
            return
        names = (*op.param_names, *child.param_names)
        ranges = (*op.ranges.data, *child.ranges.data)
        _become(op, child)
        op.attributes["params"] = syntax.strings(names)
        op.attributes["ranges"] = SubsetAttr(ranges)


def give_roles(nest: Nest, roles: dict[str, str]) -> None:
    """
    Rename parameters of an open nest to the roles they play, as far as the names are free.

    `roles` maps parameters to roles. Those that share a role share its name, too.
    """
    mine = set(nest.parameters)
    given: dict[str, str] = {}
    for old, role in roles.items():
        new = role if role == old else symbolic.symbol_name(role, nest.taken | mine)
        new = given.setdefault(role, new)
        for op in list(nest.walk()):
            if isinstance(op, Loop) and parameter(op) == old and new != old:
                rename(op, {old: new})
        mine.add(new)
        if new != role:
            nest.names[role] = new
