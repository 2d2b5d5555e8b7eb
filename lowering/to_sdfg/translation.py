"""The program while it is built: containers, views, states, and what each linalg value became."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    IndexType,
    IntegerAttr,
    IntegerType,
    TensorType,
)
from xdsl.ir import Attribute, Block, Operation, SSAValue

from sdfg.dialect import symbolic
from sdfg.dialect.diagnostics import derived, fail
from sdfg.dialect.memlet import MemletAttr, SubsetAttr
from sdfg.dialect.ops.containers import AllocOp, ConstantOp, ViewOp
from sdfg.dialect.ops.control import ReadSymbolOp
from sdfg.dialect.ops.copies import CopyOp
from sdfg.dialect.ops.dataflow import StateOp
from sdfg.dialect.ops.program import SdfgOp
from sdfg.dialect.symbolic import Expr
from sdfg.dialect.types import ArrayType
from sdfg.lowering.to_sdfg.facts import FALSE, TRUE, Facts, not_zero
from sdfg.lowering.to_sdfg.layouts import Layout
from sdfg.lowering.to_sdfg.names import hint, label, place
from sdfg.lowering.to_sdfg.nests import fill_nest, map_parameters
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import (
    Array,
    Elements,
    Empty,
    Filled,
    Literal,
    Scalar,
    Stored,
    Symbolic,
    Tensor,
    Value,
    array_type,
)


@dataclass
class Translation:
    """State of one conversion from `func.func` to `sdfg.sdfg`."""

    program: SdfgOp
    taken: set[str]
    """Symbols that exist anywhere in the program."""
    facts: Facts = field(default_factory=Facts)
    values: dict[SSAValue, Value] = field(default_factory=dict[SSAValue, Value])
    destinations: dict[SSAValue, SSAValue] = field(default_factory=dict[SSAValue, SSAValue])
    """Values that are written straight into a container of the caller."""

    def __post_init__(self) -> None:
        self.block = self.program.body.block
        self._made: list[dict[SSAValue, SSAValue]] = [{}]
        self._asserted: list[set[tuple[Expr, str]]] = [set()]

    # Where operations go

    @contextmanager
    def inside(self, block: Block) -> Generator[None]:
        """Build into `block`; what is made there is not reused behind it."""
        outer, self.block = self.block, block
        self._made.append({})
        self._asserted.append(set())
        yield
        self._made.pop()
        self._asserted.pop()
        self.block = outer

    def add(self, op: Operation, source: Operation) -> None:
        """Append `op` with the location of `source`."""
        self.block.add_op(derived(op, source))

    def state(self, source: Operation, nodes: Sequence[Operation], what: str | None = None) -> None:
        """Append a state that does the work of `source`."""
        self.add(StateOp(label(source, what), nodes), source)

    def fresh_symbol(self, name: str) -> str:
        """A symbol like `name` that nothing else uses."""
        name = symbolic.symbol_name(name, self.taken)
        self.taken.add(name)
        return name

    def params(self, letter: str, count: int) -> list[str]:
        """Names for the parameters of a nest: `i0, i1, ...`."""
        return map_parameters(letter, count, self.taken)

    # Containers

    def allocate(
        self,
        dims: Sequence[Expr],
        element: Attribute,
        source: Operation,
        value: SSAValue | None = None,
    ) -> SSAValue:
        """A container for `value`: the caller's where it is a result of the program, or new."""
        target = None if value is None else self.destinations.get(value)
        if target is not None:
            for other in [v for v, t in self.destinations.items() if t is target]:
                del self.destinations[other]
            kind = array_type(target)
            if list(kind.dims) == list(dims):
                return target
            layout = Layout.of(kind).reshaped(dims)
            if layout is not None and symbolic.equal(kind.size, symbolic.product(dims)):
                return self.view(target, layout, source)
        name = place(source.location)
        op = AllocOp(ArrayType(dims, element), name or None)
        op.result.name_hint = hint(name)
        self.add(op, source)
        return op.result

    def view(self, container: SSAValue, layout: Layout, source: Operation) -> SSAValue:
        """The memory of `container` under another layout."""
        kind = array_type(container)
        if layout.same(Layout.of(kind)):
            return container
        while isinstance(container.owner, ViewOp):
            container = container.owner.source
            if layout.same(Layout.of(array_type(container))):
                return container
        wanted = ArrayType(
            layout.dims, kind.element_type, layout.strides, layout.offset, kind.storage
        )
        op = ViewOp(container, wanted)
        self.add(op, source)
        return op.result

    def constant(self, value: DenseIntOrFPElementsAttr, source: Operation) -> SSAValue:
        kind = ArrayType(tuple(value.get_shape()), value.get_element_type())
        op = ConstantOp(value, kind)
        self.add(op, source)
        return op.result

    def reshaped(
        self,
        container: SSAValue,
        dims: Sequence[Expr],
        source: Operation,
        value: SSAValue | None = None,
    ) -> SSAValue:
        """
        The elements of `container` in other sizes: a view, or a copy where strides forbid it.

        A copy is what `value` lives in.
        """
        kind = array_type(container)
        layout = Layout.of(kind).reshaped(dims)
        if layout is None:
            container = self.copied(container, source, value)
            # A dense container takes any sizes, even where symbols hide how they match.
            layout = Layout.dense(dims)
        return self.view(container, layout, source)

    def copied(
        self, container: SSAValue, source: Operation, value: SSAValue | None = None
    ) -> SSAValue:
        """A new container with the elements of `container`."""
        kind = array_type(container)
        target = self.allocate(kind.dims, kind.element_type, source, value)
        self.state(source, [copy(container, target)], "copy")
        return target

    # Values

    def tensor(self, value: SSAValue) -> Tensor:
        found = self.values[value]
        assert isinstance(found, Tensor)
        return found

    def scalar(self, value: SSAValue) -> Scalar:
        found = self.values[value]
        assert isinstance(found, Scalar)
        return found

    def dims(self, value: SSAValue) -> tuple[Expr, ...]:
        return self.tensor(value).dims

    def container(self, value: SSAValue, source: Operation) -> SSAValue:
        """A container that holds `value`."""
        tensor = self.tensor(value)
        if isinstance(tensor, Array):
            return tensor.container
        for made in self._made:
            if value in made:
                return made[value]
        container = self.materialized(tensor, source, value)
        self._made[-1][value] = container
        return container

    def materialized(
        self, tensor: Tensor, source: Operation, value: SSAValue | None = None
    ) -> SSAValue:
        """A new container that holds `tensor`, unless it has one."""
        if isinstance(tensor, Array):
            return tensor.container
        container = self.allocate(tensor.dims, tensor.element, source, value)
        self.write(tensor, container, source)
        return container

    def write(self, tensor: Tensor, target: SSAValue, source: Operation) -> None:
        """Put `tensor` into `target`, in a state of its own."""
        match tensor:
            case Array(container=container):
                if container is not target:
                    self.state(source, [copy(container, target)], "copy")
            case Filled(value=value):
                self.state(source, [fill_nest(value, target, self.taken)], "fill")
            case Elements(elements=elements):
                self._write_elements(elements, target, source)
            case Empty():
                pass

    def _write_elements(
        self, elements: Sequence[Scalar], target: SSAValue, source: Operation
    ) -> None:
        flat = self.view(target, Layout.dense([symbolic.integer(len(elements))]), source)
        nodes: list[Operation] = []
        for k, element in enumerate(elements):
            builder = TaskletBuilder()
            result = builder.scalar(element)
            point = MemletAttr(SubsetAttr.points([k]))
            nodes.append(builder.finish([(flat, point)], [result]))
        self.state(source, nodes)

    def initial(self, value: SSAValue, source: Operation) -> SSAValue:
        """A container to copy `value` from; a single number is broadcast by strides."""
        tensor = self.tensor(value)
        if not isinstance(tensor, Filled):
            return self.container(value, source)
        zeros = (symbolic.integer(0),) * len(tensor.dims)
        layout = Layout(tensor.dims, zeros, symbolic.integer(0))
        return self.view(self.stored(tensor.value, source), layout, source)

    def stored(self, scalar: Scalar, source: Operation) -> SSAValue:
        """A container of rank 0 that holds `scalar`."""
        if isinstance(scalar, Stored):
            return scalar.container
        number = scalar.value if isinstance(scalar, Literal) else None
        if isinstance(scalar, Symbolic) and scalar.expr.is_Integer:
            number = IntegerAttr(int(scalar.expr), cast(IntegerType, scalar.kind))
        if number is not None:
            kind: Any = TensorType(scalar.kind, ())
            return self.constant(
                DenseIntOrFPElementsAttr.from_list(kind, [number.value.data]), source
            )
        container = self.allocate((), scalar.kind, source)
        self.write(Filled((), scalar.kind, scalar), container, source)
        return container

    def symbol_of(self, value: SSAValue, source: Operation) -> Expr:
        """The integer `value` as an expression, read from its container where data decides it."""
        scalar = self.scalar(value)
        return scalar.expr if isinstance(scalar, Symbolic) else self.read_symbol(scalar, source)

    def read_symbol(self, scalar: Scalar, source: Operation) -> Expr:
        """A new symbol with the value of a stored integer; a condition for an `i1`."""
        if not isinstance(scalar, Stored):
            fail(source, f"needs an integer, got {scalar.kind}")
        name = self.fresh_symbol(place(source.location) or "n")
        self.read_into(name, scalar, source)
        expr = symbolic.symbol(name)
        return not_zero(expr) if scalar.kind == IntegerType(1) else expr

    def read_into(self, name: str, scalar: Stored, source: Operation) -> None:
        """Give the symbol `name` the value of a stored integer."""
        if not isinstance(scalar.kind, IntegerType | IndexType):
            fail(source, f"needs an integer, got {scalar.kind}")
        read = MemletAttr(SubsetAttr.points(()))
        self.add(ReadSymbolOp(name, scalar.container, read), source)

    # Sizes

    def merged_dims(
        self, kind: Attribute, dims: Sequence[Expr], source: Operation
    ) -> tuple[Expr, ...]:
        """
        `dims`, held to the sizes that the tensor type `kind` states.

        Raises `SDFGError` where a stated size does not follow: linalg that turns a dynamic size
        into a fixed one computes garbage for all others. A size that data decides is checked when
        the program runs: the model says what it will be.
        """
        assert isinstance(kind, TensorType)
        for d, (stated, found) in enumerate(zip(kind.get_shape(), dims, strict=True)):
            if stated < 0 or symbolic.equal(found, symbolic.integer(stated)):
                continue
            if symbolic.symbols_of(found) - set(self.program.symbol_names):
                self.require_equal(found, symbolic.integer(stated), f"dimension {d}", source)
            else:
                fail(
                    source,
                    f"states size {stated} for dimension {d}, but its size is "
                    f"{symbolic.text_of(found)}",
                    hint="give the model's input this fixed size, "
                    "or keep the dimension dynamic in the model",
                )
        return tuple(
            symbolic.integer(stated) if stated >= 0 else found
            for stated, found in zip(kind.get_shape(), dims, strict=True)
        )

    def require_equal(self, a: Expr, b: Expr, what: str, source: Operation) -> None:
        """
        Hold two sizes to each other: now where that is decided, else when the program runs.

        Raises `SDFGError` where they certainly differ.
        """
        if symbolic.equal(a, b):
            return
        condition = self.facts.compare("eq", a, b)
        texts = f"{symbolic.text_of(a)} and {symbolic.text_of(b)}"
        if condition is not None and condition == FALSE:
            fail(source, f"needs equal sizes of {what}, got {texts}")
        assert condition is not None
        self.require(condition, f"sizes of {what} must agree: {texts}", source)

    def require(self, condition: Expr, message: str, source: Operation) -> None:
        """Check a condition over symbols when the program runs."""
        if condition == TRUE or any((condition, message) in a for a in self._asserted):
            return
        self._asserted[-1].add((condition, message))
        self.assert_scalar(Symbolic(condition, IntegerType(1)), message, source)
        if self.block is self.program.body.block:
            self.facts.assume(condition)

    def assert_scalar(self, condition: Scalar, message: str, source: Operation) -> None:
        """A state that stops the program with `message` where `condition` is false."""
        checked = self.allocate((), IntegerType(1), source)
        builder = TaskletBuilder()
        holds = builder.scalar(condition)
        builder.assertion(holds, message)
        point = MemletAttr(SubsetAttr.points(()))
        self.state(source, [builder.finish([(checked, point)], [holds])], "assert")


def last_use(value: SSAValue, op: Operation) -> bool:
    """Whether nothing but `op` uses `value`, and `op` runs once for each time it is computed."""
    owner = value.owner
    block = owner.parent_block() if isinstance(owner, Operation) else owner
    return value.has_one_use() and block is op.parent_block()


def copy(source: SSAValue, target: SSAValue) -> CopyOp:
    """A copy of all elements between containers of the same sizes."""
    ends: list[tuple[SSAValue, MemletAttr]] = []
    for container in (source, target):
        ends.append((container, whole(container)))
    return CopyOp(ends[0], ends[1])


def whole(container: SSAValue) -> MemletAttr:
    """The memlet of all elements."""
    return MemletAttr(SubsetAttr.full(array_type(container).dims))
