"""
Tasklets that load at computed indices, on vectors: each lane loads by itself.

```
tasklet (%k = I[j], %x: array = X[0:N]) -> (Y[j]) { exp(load %x[%k]) }
->  along j, 2 lanes from j0
tasklet (%k0 = I[j0], %k1 = I[j0 + 1], %x: array = X[0:N]) -> (Y[j0:j0 + 2]) {
  exp(insert(load %x[%k0], load %x[%k1]))
}
```

Lanes that load neighbours of one row load a vector.
"""

from dataclasses import dataclass, field

from xdsl.dialects import vector
from xdsl.dialects.builtin import Float32Type, Float64Type
from xdsl.ir import Block, Operation, Region, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.subsets import slope
from sdfg.dialect.attrs import ExprAttr
from sdfg.dialect.memlet import MemletAttr
from sdfg.dialect.ops.tasklet import TaskletOp, YieldOp
from sdfg.dialect.ops.tasklet_body import AssertOp, IndexOp, LoadOp
from sdfg.dialect.types import ArrayType
from sdfg.lowering.schedule.vector_tasklets import Lanes, VectorBody, works_on_vectors
from sdfg.lowering.simplify.tasklets import erase_unused

Access = tuple[SSAValue, MemletAttr]


def is_gather(tasklet: TaskletOp, name: str) -> bool:
    """
    Whether points of the loop `name` can be lanes of a tasklet whose loads each lane does alone.

    What is computed from what is loaded works on vectors, and no index comes of that.
    """
    ops = list(tasklet.body.block.ops)
    if not any(isinstance(op, LoadOp) for op in ops):
        return False
    alone: set[SSAValue] = {a for a in tasklet.body.block.args if not is_number(a)}
    for op in ops:
        if is_alone(op):
            if not alone.issuperset(op.operands):
                return False
            alone.update(op.results)
        elif not works_on_vectors(op) or not all(map(is_number, op.operands)):
            return False
    return all(
        r.is_point or name not in symbolic.symbols_of(*r.exprs)
        for argument, (_, memlet) in zip(
            tasklet.body.block.args, tasklet.input_accesses, strict=False
        )
        if isinstance(argument.type, ArrayType)
        for r in memlet.ranges
    )


def is_number(value: SSAValue) -> bool:
    return isinstance(value.type, Float32Type | Float64Type)


def is_alone(op: Operation) -> bool:
    """Whether each lane does an operation by itself: it loads, or computes indices."""
    if isinstance(op, LoadOp | IndexOp | AssertOp):
        return True
    return bool(op.results) and not all(map(is_number, op.results))


def gathered(tasklet: TaskletOp, lanes: Lanes) -> TaskletOp:
    """`tasklet`, of which `is_gather` holds, on vectors."""
    body = _Body(lanes)
    for argument, access in zip(tasklet.body.block.args, tasklet.input_accesses, strict=True):
        body.argument(argument, access)
    *ops, last = tasklet.body.block.ops
    for op in ops:
        if isinstance(op, LoadOp) and body.is_run(op):
            body.run(op)
        elif is_alone(op):
            body.alone(op)
        else:
            body.together(op)
    assert isinstance(last, YieldOp)
    body.block.add_op(YieldOp(*map(body.vector, last.values)))
    erase_unused(body.block)
    outputs = [(container, lanes.memlet(memlet)) for container, memlet in tasklet.output_accesses]
    return TaskletOp(body.inputs, outputs, Region(body.block))


@dataclass
class _Body:
    """The body of a tasklet on vectors while it is written."""

    lanes: Lanes
    block: Block = field(default_factory=Block)
    inputs: list[Access] = field(default_factory=list[Access])
    each: dict[SSAValue, list[SSAValue]] = field(default_factory=dict[SSAValue, list[SSAValue]])
    """What stands for a value in each lane."""
    vectors: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])

    def argument(self, old: SSAValue, access: Access) -> None:
        """Read what all lanes need: a vector, a number for each, or one for all."""
        container, memlet = access
        moves = self.lanes.parameter in memlet.symbols
        count = self.lanes.count
        if is_number(old):
            kind = self.lanes.type(old.type) if moves else old.type
            new = self.add_argument(old, kind, (container, self.lanes.memlet(memlet)))
            self.each[old] = [] if moves else [new] * count
            if moves:
                self.vectors[old] = new
        elif isinstance(old.type, ArrayType):
            subset = self.lanes.memlet(memlet).subset
            some = MemletAttr(subset, memlet.resolution.data, memlet.volume.data * count)
            self.each[old] = [self.add_argument(old, old.type, (container, some))] * count
        elif not moves:
            self.each[old] = [self.add_argument(old, old.type, access)] * count
        else:
            self.each[old] = [
                self.add_argument(old, old.type, (container, memlet.substituted(self.at(lane))))
                for lane in range(count)
            ]

    def at(self, lane: int) -> dict[str, symbolic.Expr]:
        return {self.lanes.parameter: self.lanes.start + lane}

    def add_argument(self, old: SSAValue, kind: object, access: Access) -> SSAValue:
        self.inputs.append(access)
        new = self.block.insert_arg(kind, len(self.block.args))  # pyright: ignore
        new.name_hint = old.name_hint
        return new

    def is_run(self, op: LoadOp) -> bool:
        """Whether the lanes load neighbours: elements of one row, in order."""
        kind = op.source.type
        if not op.indices or not is_number(op.result) or not isinstance(kind, ArrayType):
            return False
        *row, column = op.indices
        users = [use.operation for use in op.result.uses]
        return (
            kind.strides.data[-1] == 1
            and isinstance(column.owner, IndexOp)
            and slope(column.owner.expr.data, self.lanes.parameter) == 1
            and all(len(set(self.each[i])) == 1 for i in row)
            and not any(map(is_alone, users))
        )

    def run(self, op: LoadOp) -> None:
        """One vector for all lanes."""
        source, *indices = (self.each[o][0] for o in op.operands)
        new = LoadOp(source, indices, self.lanes.count)
        new.location = op.location
        self.block.add_op(new)
        self.each[op.result], self.vectors[op.result] = [], new.result

    def alone(self, op: Operation) -> None:
        """`op` for each lane; once where all lanes do the same."""
        moves = isinstance(op, IndexOp) and self.lanes.parameter in symbolic.symbols_of(
            op.expr.data
        )
        operands = [[self.each[o][lane] for o in op.operands] for lane in range(self.lanes.count)]
        same = not moves and all(o == operands[0] for o in operands)
        results: list[list[SSAValue]] = [[] for _ in op.results]
        for lane in range(1 if same else self.lanes.count):
            new = op.clone(dict(zip(op.operands, operands[lane], strict=True)))
            if isinstance(new, IndexOp):
                expr = symbolic.substitute(new.expr.data, self.at(lane))
                new.attributes["expr"] = ExprAttr(expr)
            self.block.add_op(new)
            for found, result in zip(results, new.results, strict=True):
                found.append(result)
        for old, found in zip(op.results, results, strict=True):
            self.each[old] = found * self.lanes.count if same else found

    def together(self, op: Operation) -> None:
        """`op` on vectors."""
        values = {o: self.vector(o) for o in op.operands}
        body = VectorBody(self.lanes, self.block, values)
        body.clone([op])
        self.vectors |= {r: body.values[r] for r in op.results}

    def vector(self, value: SSAValue) -> SSAValue:
        """The vector of what stands for a value in each lane."""
        if value in self.vectors:
            return self.vectors[value]
        first, *others = self.each[value]
        spread = vector.BroadcastOp(first, self.lanes.type(value.type))  # pyright: ignore
        self.block.add_op(spread)
        result: SSAValue = spread.results[0]
        for lane, other in enumerate(others, 1):
            if other is not first:
                insert = vector.InsertOp(other, result, [lane])
                self.block.add_op(insert)
                result = insert.results[0]
        self.vectors[value] = result
        return result
