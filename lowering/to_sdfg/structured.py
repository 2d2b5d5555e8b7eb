"""linalg operations that are loops: elementwise work, data movement, reductions."""

from collections.abc import Sequence

from xdsl.dialects import cf
from xdsl.ir import BlockArgument, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import fail
from sdfg.dialect.memlet import Range
from sdfg.dialect.ops.control import ForOp
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.bodies import BodyCloner
from sdfg.lowering.to_sdfg.combiners import Combiner, combiner
from sdfg.lowering.to_sdfg.contractions import convert_contraction
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.loops import Loops, arguments_of, dimensions, indexed
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.translation import Translation
from sdfg.lowering.to_sdfg.values import Array, Empty, Filled, Scalar, array_type
from sdfg.lowering.to_sdfg.windows import convert_window


def convert_fill(translation: Translation, op: Operation) -> None:
    """`linalg.fill`: a tensor of one number, without a container until one is needed."""
    loops = Loops.of(op)
    value = translation.scalar(loops.inputs[0])
    (init,), (result,) = loops.inits, loops.results
    found = translation.tensor(init)
    if value.kind == found.element:
        translation.values[result] = Filled(found.dims, found.element, value)
    else:
        convert_structured(translation, op)


def convert_structured(translation: Translation, op: Operation) -> None:
    """Any structured operation of linalg."""
    loops = Loops.of(op)
    if not any(loops.reduced):
        if not _convert_movement(translation, loops):
            Nest(translation, loops).elementwise()
        return
    if convert_window(translation, loops) or convert_contraction(translation, loops):
        return
    Nest(translation, loops).reduction()


def _convert_movement(translation: Translation, loops: Loops) -> bool:
    """
    ```
    %y = generic (d0, d1) -> (d1, d0) { yield %x }     ->     %y = sdfg.view %x, strides swapped
    ```
    A transposition or broadcast is a view; a number everywhere is a fill.
    """
    if len(loops.results) != 1:
        return False
    (yielded,), (result,) = loops.yielded, loops.results
    out = dimensions(loops.init_maps[0])
    if out is None or sorted(d for d in out if d is not None) != list(range(len(loops.reduced))):
        return False
    kind = translation.tensor(loops.inits[0]).element
    scalar = translation.values.get(yielded)
    if isinstance(scalar, Scalar) and yielded.type == kind:
        translation.values[result] = Filled(translation.dims(loops.inits[0]), kind, scalar)
        return True
    if not isinstance(yielded, BlockArgument) or yielded in loops.init_arguments:
        return False
    which = loops.arguments.index(yielded)
    operand = loops.inputs[which]
    extents = loops.extents(translation)
    dims = tuple(symbolic.integer(1) if d is None else extents[d] for d in out)
    found = translation.values[operand]
    if isinstance(found, Scalar):
        translation.values[result] = Filled(dims, kind, found)
        return True
    if isinstance(found, Filled):
        translation.values[result] = Filled(dims, kind, found.value)
        return True
    source = dimensions(loops.input_maps[which])
    if source is None:
        return False
    container = translation.container(operand, loops.op)
    layout = Layout.of(array_type(container))
    stride = {d: s for d, s in zip(source, layout.strides, strict=True) if d is not None}
    zero = symbolic.integer(0)
    strides = tuple(zero if d is None else stride.get(d, zero) for d in out)
    view = translation.view(container, Layout(dims, strides, layout.offset), loops.op)
    translation.values[result] = Array(view)
    return True


class Nest:
    """The loops of one operation as a map nest, written into new containers."""

    def __init__(self, translation: Translation, loops: Loops):
        self.translation = translation
        self.loops = loops
        self.extents = loops.extents(translation)
        self.at = self._parameters()
        self.targets: list[SSAValue] = []

    def _parameters(self) -> list[Expr]:
        """A symbol per loop: `i0, i1, ...` for the parallel ones, `r0, ...` for the others."""
        reduced = self.loops.reduced
        parallel = iter(self.translation.params("i", reduced.count(False)))
        gone = iter(self.translation.params("r", reduced.count(True)))
        return [symbolic.symbol(next(gone if r else parallel)) for r in reduced]

    def _loops(self, reduced: bool) -> tuple[list[str], list[Expr]]:
        """Names and extents of the loops of one kind."""
        which = [d for d, r in enumerate(self.loops.reduced) if r == reduced]
        return [self.at[d].name for d in which], [self.extents[d] for d in which]

    def _ranges(self) -> dict[str, tuple[Expr, Expr]]:
        pairs = zip(self.at, self.extents, strict=True)
        return {s.name: (symbolic.integer(0), e - 1) for s, e in pairs}

    def _out(self, which: int) -> list[Expr]:
        return indexed(self.loops.init_maps[which], self.at)

    def _allocate(self) -> None:
        """
        New containers for the results, and what the results become.

        Raises `SDFGError` where two points of the parallel loops would write the same element.
        """
        parallel = {d for d, r in enumerate(self.loops.reduced) if not r}
        for which, (init, result) in enumerate(
            zip(self.loops.inits, self.loops.results, strict=True)
        ):
            out = dimensions(self.loops.init_maps[which])
            if out is None or {d for d in out if d is not None} != parallel:
                fail(self.loops.op, "writes results at indices that are no permutation of loops")
            found = self.translation.tensor(init)
            dims = self.translation.merged_dims(result.type, found.dims, self.loops.op)
            target = self.translation.allocate(dims, found.element, self.loops.op, result)
            self.targets.append(target)
            self.translation.values[result] = Array(target, owned=True)

    def _operand(
        self, builder: TaskletBuilder, operand: SSAValue, at: Sequence[Expr]
    ) -> SSAValue | Scalar:
        found = self.translation.values[operand]
        if isinstance(found, Scalar):
            return found
        if isinstance(found, Filled):
            return found.value
        return builder.read(self.translation.container(operand, self.loops.op), point(at))

    def _body(
        self, builder: TaskletBuilder, inits: Sequence[SSAValue], values: Sequence[SSAValue]
    ) -> list[SSAValue]:
        """Clone what `values` need. `inits`: what the arguments for the inits read."""
        operands = (*self.loops.inputs, *inits)

        def argument(arg: BlockArgument) -> SSAValue | Scalar:
            which = self.loops.arguments.index(arg)
            at = indexed(self.loops.maps[which], self.at)
            operand = operands[which]
            if operand in self.targets:
                return builder.read(operand, point(at))
            return self._operand(builder, operand, at)

        with self.translation.facts.within(self._ranges()):
            cloner = BodyCloner(self.translation, builder, argument, self.at)
            cloner.asserts(self.loops.body)
            return [cloner.value(v) for v in values]

    def elementwise(self) -> None:
        """
        ```
        map [i0, ...] { tasklet (%x = %X[i0, ...]) -> (%Y[i0, ...]) { the body } }
        ```
        """
        builder = TaskletBuilder()
        values = self._body(builder, self.loops.inits, self.loops.yielded)
        self._allocate()
        outputs = [(t, point(self._out(k))) for k, t in enumerate(self.targets)]
        nodes = mapped(*self._loops(False), [builder.finish(outputs, values)])
        self.translation.state(self.loops.op, nodes, self.loops.what)

    def reduction(self) -> None:
        """
        ```
        map [i0, ...] {
          tasklet () -> (%Y[i0, ...]) { the init }
          map [r0, ...] { tasklet (%x = %X[...]) -> (%Y[i0, ...] wcr sum) { what is combined } }
        }
        ```
        Where a combiner is no conflict resolution, `sdfg.for` takes the place of the inner map.
        """
        inits = [self._init(which) for which in range(len(self.loops.inits))]
        found = [
            combiner(a, y)
            for a, y in zip(self.loops.init_arguments, self.loops.yielded, strict=True)
        ]
        combiners = [c for c in found if c is not None]
        if len(combiners) == len(found) and self._independent(combiners):
            update = self._resolved_update(combiners)
        else:
            update = self._ordered_update()
        prepared = [
            builder.finish([(target, point(self._out(which)))], [value])
            for (which, builder, value), target in zip(
                [i for i in inits if i is not None],
                [t for t, i in zip(self.targets, inits, strict=True) if i is not None],
                strict=True,
            )
        ]
        self._place(prepared, update)

    def _independent(self, combiners: Sequence[Combiner]) -> bool:
        """Whether what is combined depends on no accumulator."""
        asserted = [o.arg for o in self.loops.body.ops if isinstance(o, cf.AssertOp)]
        found = arguments_of([*asserted, *(c.value for c in combiners)])
        return found.isdisjoint(self.loops.init_arguments)

    def _init(self, which: int) -> tuple[int, TaskletBuilder, SSAValue] | None:
        """The start of a tasklet that brings the init of a result; None if it is undefined."""
        init = self.loops.inits[which]
        if isinstance(self.translation.values[init], Empty):
            return None
        builder = TaskletBuilder()
        value = self._operand(builder, init, self._out(which))
        return which, builder, builder.scalar(value) if isinstance(value, Scalar) else value

    def _resolved_update(self, combiners: Sequence[Combiner]) -> Operation:
        """The update of all results as a map with conflict resolutions."""
        builder = TaskletBuilder()
        values = self._body(builder, (), [c.value for c in combiners])
        self._allocate()
        outputs = [
            (t, point(self._out(k), c.kind))
            for k, (t, c) in enumerate(zip(self.targets, combiners, strict=True))
        ]
        (nest,) = mapped(*self._loops(True), [builder.finish(outputs, values)])
        return nest

    def _ordered_update(self) -> Operation:
        """The update of all results as loops, innermost last."""
        self._allocate()
        builder = TaskletBuilder()
        values = self._body(builder, self.targets, self.loops.yielded)
        outputs = [(t, point(self._out(k))) for k, t in enumerate(self.targets)]
        update: Operation = builder.finish(outputs, values)
        for name, extent in reversed(list(zip(*self._loops(True), strict=True))):
            update = ForOp(name, Range.of(0, extent), [update])
        return update

    def _place(self, prepared: Sequence[Operation], update: Operation) -> None:
        """Put init and update under the parallel loops; a loop without any stands outside."""
        names, extents = self._loops(False)
        if names or not isinstance(update, ForOp):
            nodes = mapped(names, extents, [*prepared, update])
            self.translation.state(self.loops.op, nodes, self.loops.what)
            return
        if prepared:
            self.translation.state(self.loops.op, prepared, "init")
        self.translation.add(update, self.loops.op)
        innermost = update
        while isinstance(inner := innermost.body.block.first_op, ForOp):
            innermost = inner
        tasklet = innermost.body.block.first_op
        assert tasklet is not None
        tasklet.detach()
        with self.translation.inside(innermost.body.block):
            self.translation.state(self.loops.op, [tasklet], self.loops.what)
