"""The one nest that matrix products, convolutions, poolings and reductions become."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from xdsl.dialects import arith
from xdsl.dialects.builtin import AnyFloat, IntegerType
from xdsl.ir import Attribute, Operation, SSAValue

from sdfg.dialect.diagnostics import fail
from sdfg.dialect.symbolic import Expr
from sdfg.lowering.to_sdfg.attributes import width_of
from sdfg.lowering.to_sdfg.combiners import neutral
from sdfg.lowering.to_sdfg.expansions.place import Place
from sdfg.lowering.to_sdfg.nests import mapped, point
from sdfg.lowering.to_sdfg.tasklets import TaskletBuilder
from sdfg.lowering.to_sdfg.values import array_type


@dataclass(frozen=True)
class Loops:
    """Parameters and extents of some loops, outermost first."""

    at: tuple[Expr, ...]
    extents: tuple[Expr, ...]

    @staticmethod
    def of(place: Place, letter: str, extents: Sequence[Expr]) -> "Loops":
        return Loops(tuple(place.params(letter, len(extents))), tuple(extents))

    def around(self, nodes: Sequence[Operation]) -> list[Operation]:
        """`nodes` for each point, in a map if there are loops."""
        return mapped([p.name for p in self.at], self.extents, nodes)


def reduction(
    place: Place,
    kind: str,
    target: tuple[SSAValue, Sequence[Expr]],
    loops: tuple[Loops, Loops],
    value: Callable[[TaskletBuilder], SSAValue],
    *,
    accumulate: bool,
) -> None:
    """
    ```
    map [i0, ...] {
      tasklet () -> (%Y[i0, ...]) { neutral element }
      map [r0, ...] { tasklet (...) -> (%Y[i0, ...] wcr kind) { value } }
    }
    ```
    `target` is the container and the index of the element that parallel loops write. With
    `accumulate` there is no first tasklet, or it brings what was copied into the container.
    """
    parallel, reduced = loops
    container, at = target
    builder = TaskletBuilder()
    combined = builder.finish([(container, point(at, kind))], [value(builder)])
    nodes = _start(place, kind, container, at, accumulate=accumulate)
    place.add(parallel.around([*nodes, *reduced.around([combined])]))


def _start(
    place: Place, kind: str, container: SSAValue, at: Sequence[Expr], *, accumulate: bool
) -> list[Operation]:
    builder = TaskletBuilder()
    if accumulate:
        source = place.initial(container)
        if source is None:
            return []
        first = builder.read(source, point(at))
    else:
        number = neutral(kind, array_type(container).element_type)
        if number is None:
            fail(place.node, f"cannot start '{kind}' of {array_type(container).element_type}")
        first = builder.scalar(number)
    return [builder.finish([(container, point(at))], [first])]


def converted(builder: TaskletBuilder, value: SSAValue, kind: Attribute) -> SSAValue:
    """`value` as another type: integers by sign extension."""
    if value.type == kind:
        return value
    if isinstance(value.type, AnyFloat) and isinstance(kind, AnyFloat):
        wider = kind.bitwidth > value.type.bitwidth
        return builder.emit((arith.ExtFOp if wider else arith.TruncFOp)(value, kind))
    old, new = width_of(value.type), width_of(kind)
    if old is not None and new is not None:
        extend = arith.ExtSIOp if new > old else arith.TruncIOp
        return builder.emit(extend(value, cast(IntegerType, kind)))
    if old is not None and isinstance(kind, AnyFloat):
        return builder.emit(arith.SIToFPOp(value, kind))
    raise ValueError(f"no conversion from {value.type} to {kind}")


def multiplied(builder: TaskletBuilder, a: SSAValue, b: SSAValue, kind: Attribute) -> SSAValue:
    """The product of two numbers after conversion to `kind`."""
    a, b = converted(builder, a, kind), converted(builder, b, kind)
    multiply = arith.MulfOp if isinstance(kind, AnyFloat) else arith.MuliOp
    return builder.emit(multiply(a, b))
