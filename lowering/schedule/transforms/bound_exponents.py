"""Exponentials of differences from a maximum, which are at most one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from xdsl.dialects import arith, math
from xdsl.dialects.builtin import ArrayAttr, UnitAttr
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.containers import array_type, root
from sdfg.dialect.facts import NONPOSITIVE
from sdfg.dialect.memlet import MemletAttr, Range, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.ops.tasklet import TaskletOp
from sdfg.lowering.schedule.transforms.nest import (
    Loop,
    Nest,
    enclosing,
    parameter,
    range_of,
    refuse,
)
from sdfg.lowering.schedule.transforms.transformation import Transformation

Access = tuple[SSAValue, MemletAttr]
Place = tuple[SSAValue, SubsetAttr, tuple[Range, ...]]
"""Elements of a container, and the ranges of the loops that move over them."""

_NAN_STAYS = (
    *(arith.AddfOp, arith.SubfOp, arith.MulfOp, arith.DivfOp, arith.NegfOp, math.FmaOp),
    *(math.ExpOp, math.LogOp, math.SqrtOp, math.RsqrtOp),
)
"""Operations whose result is NaN where an operand is."""


@dataclass(frozen=True)
class BoundExponentsPass(Transformation):
    """
    Write down what follows where exponents are differences from their maximum.

    Before, and after `sdfg-bound-exponents`:

    ```
    map [i = 0:N] { M[] wcr max = X[i] }
    map [i = 0:N] { E[i] = exp(X[i] - M[]); S[] wcr sum = E[i] }
    map [i = 0:N] { Y[i] = E[i] / S[] }

    map [i = 0:N] { M[] wcr larger = X[i] }
    map [i = 0:N] { E[i] = exp(X[i] - M[]) {sdfg.nonpositive}; S[] wcr sum = E[i] }
    map [i = 0:N] { Y[i] = E[i] / S[] }
    ```

    Each number whose exponential is taken has taken part in the maximum: both loops run over the
    same range, and nothing else writes `X`. So the difference is at most 0, or NaN, and `exp` needs
    neither care for large results nor two factors for small ones.

    The maximum need not keep NaN, which costs a comparison each, where all that depends on it is
    NaN through the sum anyway. Let `X[j]` be NaN. Whatever `M` is, `X[j] - M` and its exponential
    are NaN, thus `S`, thus `E[i] / S` for all `i`: the same as with a maximum that is NaN. Where no
    `X[j]` is NaN both maxima are the same. That all else goes through the sum is followed from
    tasklet to tasklet (`Flow`); where it does not, the maximum stays as it is. Refused where
    nothing is such an exponential.
    """

    name = "sdfg-bound-exponents"

    def rewrite(self, nest: Nest) -> None:
        found = list(shifts(nest))
        if not found:
            refuse("nothing is the exponential of a difference from its maximum")
        for shift in found:
            for op in shift.exponentials:
                op.attributes[NONPOSITIVE] = UnitAttr()
            if shift.is_nan_through_sum(nest):
                shift.let_nan_go()


@dataclass(frozen=True)
class Sweep:
    """A tasklet, and the loops around it that run over a row."""

    tasklet: TaskletOp
    loops: tuple[Loop, ...]

    @classmethod
    def of(cls, tasklet: TaskletOp, scope: Operation) -> "Sweep":
        return cls(tasklet, tuple(enclosing(tasklet, scope)[1:]))

    def place(self, access: Access) -> Place:
        """The elements, with the loops named by their position: to compare sweeps of a row."""
        names = {parameter(p): symbolic.symbol(f"_{k}") for k, p in enumerate(self.loops)}
        ranges = tuple(range_of(loop).substituted(names) for loop in self.loops)
        return access[0], access[1].subset.substituted(names), ranges

    def elements(self, value: SSAValue) -> set[Place]:
        """Where a value is read from, or written to as well."""
        tasklet = self.tasklet
        args = zip(tasklet.body.block.args, tasklet.input_accesses, strict=False)
        found = {self.place(access) for arg, access in args if arg is value}
        for other, access in yielded(tasklet):
            if other is value and access[1].wcr is None:
                found.add(self.place(access))
        return {p for p in found if array_type(p[0]).element_type == value.type}

    def meets(self, other: "Sweep") -> bool:
        """Whether both stand in the same loop over the row."""
        return not set(self.loops).isdisjoint(other.loops)


@dataclass(frozen=True)
class Shift:
    """A maximum over a row, and exponentials of what the row's numbers differ from it."""

    maximum: SSAValue
    """The container of the maximum, which each row has to itself."""
    scope: Operation
    """The loop that holds this container: those within run over the row."""
    combining: Sweep
    output: int
    """The output of `combining` for the maximum."""
    summing: Sweep
    """What takes the exponentials."""
    exponentials: tuple[math.ExpOp, ...]

    def is_nan_through_sum(self, nest: Nest) -> bool:
        """Whether all that depends on the maximum is NaN where some number of the row is."""
        sums = {
            container
            for value, (container, memlet) in yielded(self.summing.tasklet)
            if memlet.wcr == "sum" and value.owner in self.exponentials and self.is_sum(container)
        }
        flow = Flow(nest, {self.maximum: None})
        for tasklet in [op for op in self.scope.walk() if isinstance(op, TaskletOp)]:
            sweep = Sweep.of(tasklet, self.scope)
            if not sums.isdisjoint(tasklet.inputs) and sweep.meets(self.summing):
                return False
            flow.follow(sweep)
            if tasklet is self.summing.tasklet:
                flow.nan |= sums
        return bool(sums) and flow.is_closed

    def is_sum(self, container: SSAValue) -> bool:
        """Whether a number of the row is this sum alone, from a constant on."""
        return is_number_of(container, self.scope) and all(
            tasklet is self.summing.tasklet or is_start(tasklet, index)
            for tasklet, index in writes_to(container)
        )

    def let_nan_go(self) -> None:
        memlets = [m for _, m in self.combining.tasklet.output_accesses]
        memlets[self.output] = MemletAttr(memlets[self.output].subset, "larger")
        self.combining.tasklet.attributes["writes"] = ArrayAttr(memlets)


def shifts(nest: Nest) -> Iterator[Shift]:
    """The maxima in a nest of which something is the difference that an exponential takes."""
    for alloc in [op for op in nest.walk() if isinstance(op, AllocOp)]:
        scope, maximum = alloc.parent_op(), alloc.result
        if not isinstance(scope, Loop) or not is_number_of(maximum, scope):
            continue
        if any(isinstance(op, ForOp) for op in scope.body.walk()):
            continue  # what comes later in the text may come first
        tasklets = [op for op in scope.walk() if isinstance(op, TaskletOp)]
        touching = [op for op in tasklets if maximum in op.operands]
        writes = [(op, index) for op, index in writes_to(maximum) if not is_start(op, index)]
        if len(writes) != 1 or writes[0][0].output_accesses[writes[0][1]][1].wcr != "max":
            continue
        tasklet, output = writes[0]
        combining = Sweep.of(tasklet, scope)
        at = touching.index(tasklet)
        readers = [Sweep.of(op, scope) for op in touching[at + 1 :]]
        if any(maximum in op.inputs for op in touching[: at + 1]):
            continue
        if any(maximum in r.tasklet.outputs or r.meets(combining) for r in readers):
            continue
        elements = combining.elements(tasklet.yielded[output])
        elements = {p for p in elements if not is_written_beside(nest, p[0], tasklet)}
        for reader in readers:
            if found := tuple(exponentials(reader, maximum, elements)):
                yield Shift(maximum, scope, combining, output, reader, found)


def exponentials(reader: Sweep, maximum: SSAValue, elements: set[Place]) -> Iterator[math.ExpOp]:
    """The exponentials that a tasklet takes of differences between elements and the maximum."""
    tasklet = reader.tasklet
    for arg, access in zip(tasklet.body.block.args, tasklet.input_accesses, strict=False):
        if access[0] is not maximum:
            continue
        for use in arg.uses:
            difference = use.operation
            if not isinstance(difference, arith.SubfOp) or difference.rhs is not arg:
                continue
            if reader.elements(difference.lhs).isdisjoint(elements):
                continue
            users = [u.operation for u in difference.result.uses]
            yield from (op for op in users if isinstance(op, math.ExpOp))


@dataclass
class Flow:
    """What depends on a maximum, tasklet by tasklet."""

    nest: Nest
    open: dict[SSAValue, Place | None]
    """Memory that depends on it, and need not be NaN where the sum is; where it is all written."""
    nan: set[SSAValue] = field(default_factory=set[SSAValue])
    """Numbers that are NaN where some number of the row is."""

    @property
    def is_closed(self) -> bool:
        """Whether what is still open is seen by nobody outside of the nest."""
        return all(
            isinstance(c.owner, AllocOp) and any(r.is_ancestor(c.owner) for r in self.nest.roots)
            for c in self.open
        )

    def follow(self, sweep: Sweep) -> None:
        """Take in what a tasklet writes."""
        if sweep.tasklet.stored_outputs:
            read = any(root(c) in self.open for c in sweep.tasklet.inputs)
            self.open |= dict.fromkeys(map(root, sweep.tasklet.outputs), None) if read else {}
            return
        for value, access in yielded(sweep.tasklet):
            base, place = root(access[0]), sweep.place(access)
            state = self.state(value, sweep.tasklet)
            self.nan -= set() if state == "nan" else {base}
            match state:
                case "open":
                    same = access[1].wcr is None and self.open.get(base, place) == place
                    self.open[base] = place if same else None
                case "nan" | "free" if access[1].wcr is None and self.open.get(base) == place:
                    del self.open[base]  # all of it is written again
                case _:
                    pass

    def state(self, value: SSAValue, tasklet: TaskletOp) -> Literal["open", "nan", "free"]:
        """
        Whether a value in a tasklet depends on the maximum, and is NaN where the sum is. What is
        made of such NaN alone is the same for every maximum.
        """
        if isinstance(value, BlockArgument):
            base = root(tasklet.inputs[value.index])
            return "nan" if base in self.nan else "open" if base in self.open else "free"
        assert isinstance(value.owner, Operation)
        states = {self.state(o, tasklet) for o in value.owner.operands}
        if "nan" in states and isinstance(value.owner, _NAN_STAYS):
            return "nan"
        return "open" if "open" in states else "free"


def yielded(tasklet: TaskletOp) -> Iterator[tuple[SSAValue, Access]]:
    """What a tasklet yields, and where to."""
    for value, index in zip(tasklet.yielded, tasklet.yielded_outputs, strict=True):
        yield value, tasklet.output_accesses[index]


def writes_to(container: SSAValue) -> Iterator[tuple[TaskletOp, int]]:
    """The tasklets that write a container, and the index of the output."""
    for use in container.uses:
        op = use.operation
        if isinstance(op, TaskletOp) and use.index >= len(op.inputs):
            yield op, use.index - len(op.inputs)


def is_start(tasklet: TaskletOp, output: int) -> bool:
    """Whether an output is set to a constant."""
    if tasklet.output_accesses[output][1].wcr is not None or tasklet.stored_outputs:
        return False
    return isinstance(tasklet.yielded[output].owner, arith.ConstantOp)


def is_number_of(container: SSAValue, scope: Operation) -> bool:
    """Whether each iteration of a loop has a number of its own in `container`, for tasklets."""
    owner = container.owner
    if not isinstance(owner, AllocOp) or owner.parent_op() is not scope:
        return False
    array = array_type(container)
    return array.rank == 0 and all(isinstance(u.operation, TaskletOp) for u in container.uses)


def is_written_beside(nest: Nest, container: SSAValue, tasklet: TaskletOp) -> bool:
    """Whether another tasklet in the nest writes the memory of a container."""
    base = root(container)
    return any(
        isinstance(op, TaskletOp) and op is not tasklet and base in map(root, op.outputs)
        for op in nest.walk()
    )
