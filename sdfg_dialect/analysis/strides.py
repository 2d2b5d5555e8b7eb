"""How far apart in memory the accesses of neighbouring iterations lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

from xdsl.ir import Operation

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access, Accesses
from sdfg.dialect.analysis.containers import array_type
from sdfg.dialect.analysis.loops import Loop, loops_around
from sdfg.dialect.analysis.subsets import slope
from sdfg.dialect.symbolic import Expr

StrideKind = Literal["invariant", "contiguous", "strided", "irregular"]


@dataclass(frozen=True)
class Stride:
    """How an access moves from one iteration of a loop to the next."""

    loop: Loop
    elements: Expr | None
    """Distance in elements, the same everywhere; None where it is not."""
    width: Expr
    """How many elements lie side by side in one access: 1, or the lanes of a vector."""

    @property
    def kind(self) -> StrideKind:
        """Contiguous where the next iteration continues where this one ends."""
        if self.elements is None:
            return "irregular"
        if self.elements == 0:
            return "invariant"
        return "contiguous" if self.elements == self.width else "strided"

    def __str__(self) -> str:
        if self.elements is None or self.kind in ("invariant", "contiguous"):
            return self.kind
        return f"strided by {symbolic.text_of(self.elements)}"


@dataclass(frozen=True)
class Strides:
    """
    The stride of each access of a nest along each loop around it.

    Built in time linear in the number of accesses times their depth, a symbolic difference each.
    """

    by_access: Mapping[Access, tuple[Stride, ...]]
    """In the order of the text; loops outermost first."""

    @classmethod
    def of(cls, op: Operation) -> Self:
        """Those of `op` and of everything in it, along the loops in `op`."""
        return cls(
            {
                access: tuple(stride_of(access, loop) for loop in loops_around(access.scope))
                for access in Accesses.of(op).all
                if access.is_array
            }
        )

    @cached_property
    def by_parameter(self) -> Mapping[str, tuple[tuple[Access, Stride], ...]]:
        """The accesses that each parameter may move, with the stride along it."""
        found: dict[str, list[tuple[Access, Stride]]] = {}
        for access, strides in self.by_access.items():
            for stride in strides:
                found.setdefault(stride.loop.parameter, []).append((access, stride))
        return {name: tuple(pairs) for name, pairs in found.items()}

    def along(self, access: Access, parameter: str) -> Stride | None:
        """The stride of `access` along the loop around it that is called `parameter`."""
        found = (s for s in self.by_access[access] if s.loop.parameter == parameter)
        return next(found, None)


def stride_of(access: Access, loop: Loop) -> Stride:
    """The stride of one access along one loop, in elements per iteration."""
    width = block_width(access)
    if not access.whole and not access.subset.is_point:
        return Stride(loop, None, width)
    step = element_stride(access, loop.parameter)
    elements = None if step is None else symbolic.expanded(step * loop.range.step)
    return Stride(loop, elements, width)


def element_stride(access: Access, parameter: str) -> Expr | None:
    """
    How many elements an access moves when `parameter` grows by one.

    None where that is not the same everywhere, or the access is to a stream.
    """
    if not access.is_array:
        return None
    if not access.moves_with(parameter):
        return symbolic.integer(0)
    return slope(access.address, parameter)


def block_width(access: Access) -> Expr:
    """How many elements of the subset lie side by side from its first on."""
    kind = array_type(access.container)
    if access.subset.is_point:
        return symbolic.integer(1)
    last, stride = access.subset.data[-1], kind.strides.data[-1]
    return last.extent if stride == 1 and last.step == 1 else symbolic.integer(1)
