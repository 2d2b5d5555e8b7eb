"""Formulas over the values of an ONNX graph, as Python expressions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from sdfg.lowering.frontend.onnx_expansion import Expansion

Number = int | float | bool

_AXES_ARE_OPERANDS = 18
"""The operator set from which on all reductions have them as an operand."""


@dataclass(frozen=True)
class Term:
    """
    A value of element type `kind`; its operators add nodes to the expansion.

    ```
    x = Term(e, "x", TensorProto.FLOAT)
    y = (x + 0.5) / scale - 0.5         # nodes Add, Div, Sub; numbers become constants of x's type
    ```
    """

    expansion: Expansion
    name: str
    kind: int

    def __add__(self, other: "Term | Number") -> "Term":
        return self.apply("Add", other)

    def __sub__(self, other: "Term | Number") -> "Term":
        return self.apply("Sub", other)

    def __rsub__(self, other: Number) -> "Term":
        return self.number(other).apply("Sub", self)

    def __mul__(self, other: "Term | Number") -> "Term":
        return self.apply("Mul", other)

    def __truediv__(self, other: "Term | Number") -> "Term":
        return self.apply("Div", other)

    def __lt__(self, other: "Term | Number") -> "Term":
        return self.apply("Less", other, kind=TensorProto.BOOL)

    def __gt__(self, other: "Term | Number") -> "Term":
        return self.apply("Greater", other, kind=TensorProto.BOOL)

    def __le__(self, other: "Term | Number") -> "Term":
        return self.apply("LessOrEqual", other, kind=TensorProto.BOOL)

    def __ge__(self, other: "Term | Number") -> "Term":
        return self.apply("GreaterOrEqual", other, kind=TensorProto.BOOL)

    def __and__(self, other: "Term") -> "Term":
        return self.apply("And", other)

    def __or__(self, other: "Term") -> "Term":
        return self.apply("Or", other)

    def equals(self, other: "Term | Number") -> "Term":
        return self.apply("Equal", other, kind=TensorProto.BOOL)

    def number(self, value: Number) -> "Term":
        """A constant of this type, without dimensions."""
        return constant(self.expansion, value, self.kind)

    def cast(self, kind: int) -> "Term":
        return self if kind == self.kind else self.apply("Cast", kind=kind, to=kind)

    def choose(self, yes: "Term | Number", no: "Term | Number") -> "Term":
        """`yes` where this is true, else `no`; one of them is a term."""
        one = yes if isinstance(yes, Term) else no
        assert isinstance(one, Term)
        operands = [v if isinstance(v, Term) else one.number(v) for v in (yes, no)]
        return self.apply("Where", *operands, kind=one.kind)

    def at_least(self, other: "Term | Number") -> "Term":
        return self.apply("Max", other)

    def at_most(self, other: "Term | Number") -> "Term":
        return self.apply("Min", other)

    def reshaped(self, *sizes: int) -> "Term":
        """With those sizes; without any dimensions if there are none."""
        return self.apply("Reshape", integers(self.expansion, *sizes))

    def taken(self, index: "Term | int", axis: int = 0) -> "Term":
        """The elements at `index` along `axis`; a number removes the axis."""
        place = constant(self.expansion, index) if isinstance(index, int) else index
        return self.apply("Gather", place, axis=axis)

    def reduced(self, op_type: str, *axes: int, keepdims: bool = True) -> "Term":
        """What `ReduceSum`, `ReduceMax` and so on make of the elements along `axes`."""
        keep = int(keepdims)
        if op_type != "ReduceSum" and self.expansion.opset < _AXES_ARE_OPERANDS:
            return self.apply(op_type, axes=list(axes), keepdims=keep)
        return self.apply(op_type, integers(self.expansion, *axes), keepdims=keep)

    def apply(
        self, op_type: str, *others: "Term | Number", kind: int | None = None, **attributes: Any
    ) -> "Term":
        """The result of an operator, of this type unless `kind` says another."""
        operands = [other if isinstance(other, Term) else self.number(other) for other in others]
        names = [operand.name for operand in operands]
        result = self.expansion.compute(op_type, self.name, *names, **attributes)
        return Term(self.expansion, result, self.kind if kind is None else kind)

    def gives(self, output: str) -> None:
        """Make this the value `output` of the graph."""
        self.expansion.compute("Identity", self.name, result=output)


def operand(e: Expansion, number: int) -> Term | None:
    """The operand with that number; None if there is none."""
    name = e.node.input[number] if number < len(e.node.input) else ""
    return Term(e, name, e.element(name)) if name else None


def required(e: Expansion, number: int) -> Term:
    """An operand that the operator's definition demands."""
    found = operand(e, number)
    assert found is not None
    return found


def along(
    axis: Term, rank: int, compute: Callable[[int], Term], candidates: Sequence[int] = ()
) -> Term:
    """
    What `compute` makes of an axis, as a number from 0; where the axis is computed, one of what it
    makes of the `candidates`, by default all, which have the same shape then.
    """
    known = axis.expansion.known(axis.name)
    if known is not None:
        return compute(int(known.item()) % rank)
    first, *others = candidates or range(rank)
    place = (axis < 0).choose(axis + rank, axis).reshaped()
    result = compute(first)
    for number in others:
        result = place.equals(number).choose(compute(number), result)
    return result


def constant(e: Expansion, value: Any, kind: int = TensorProto.INT64) -> Term:
    """A number or an array."""
    array = np.asarray(value).astype(helper.tensor_dtype_to_np_dtype(kind))
    return Term(e, e.constant(f"c{len(e.graph.initializer)}", array), kind)


def integers(e: Expansion, *values: int) -> Term:
    """A vector of 64-bit integers."""
    return constant(e, np.array(values, np.int64))


def sequence(count: Term) -> Term:
    """0, 1, .. below `count`, which has no dimensions."""
    zero, one = count.number(0), count.number(1)
    return zero.apply("Range", count, one)
