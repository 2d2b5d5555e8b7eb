"""Comparisons of integer expressions, and their combinations; what can be decided is."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from sdfg.dialect.algebra.nodes import Node, interned


class Condition(Node):
    """What is true or false."""

    __slots__ = ()

    is_Boolean: ClassVar[bool] = True

    @property
    def opposite(self) -> "Condition":
        """True where this is false."""
        return interned((Not, self), lambda: Not.of((self,)))

    def __bool__(self) -> bool:
        raise TypeError(f"whether {self} depends on its symbols")


class Truth(Condition):
    """A condition that is decided."""

    __slots__ = ("value",)

    value: bool

    def __new__(cls, value: bool) -> "Truth":
        return TRUE if value else FALSE

    @staticmethod
    def _of(value: bool) -> "Truth":
        made = object.__new__(Truth)
        made.value = value
        return made

    @property
    def opposite(self) -> Condition:
        return Truth(not self.value)

    def __bool__(self) -> bool:
        return self.value

    def __reduce__(self) -> tuple[Any, ...]:
        return Truth, (self.value,)

    def __str__(self) -> str:
        return str(self.value)


TRUE = Truth._of(True)  # pyright: ignore[reportPrivateUsage]
FALSE = Truth._of(False)  # pyright: ignore[reportPrivateUsage]


class _Compound(Condition):
    """A condition with parts."""

    __slots__ = ("_args",)

    _args: tuple[Any, ...]

    @classmethod
    def of(cls, args: tuple[Any, ...]) -> "_Compound":
        made = object.__new__(cls)
        made._args = args
        return made

    @property
    def args(self) -> tuple[Any, ...]:
        return self._args


_SIGNS = {
    "Equality": "==",
    "Unequality": "!=",
    "StrictLessThan": "<",
    "LessThan": "<=",
    "StrictGreaterThan": ">",
    "GreaterThan": ">=",
}


class Relation(_Compound):
    """
    `a <relation> b`, or whether it holds where that is known.

    Undecided ones keep their sides: `a < b` is another object than `b > a`.
    """

    __slots__ = ()

    def __new__(cls, a: Any, b: Any) -> Condition:  # pyright: ignore[reportInconsistentConstructor]
        if isinstance(a, Condition) or isinstance(b, Condition):
            raise TypeError("conditions cannot be compared")
        decided = cls.decide(a - b)
        if decided is not None:
            return Truth(decided)
        return interned((cls, a, b), lambda: cls.of((a, b)))

    @staticmethod
    def decide(difference: Any) -> bool | None:
        """Whether the relation of `difference` to 0 holds, None if that is not known."""
        raise NotImplementedError

    @property
    def reversed(self) -> Condition:
        """The same with the sides exchanged."""
        return _MIRRORED[type(self)](*self.args[::-1])

    def __str__(self) -> str:
        a, b = self.args
        return f"{a} {_SIGNS[type(self).__name__]} {b}"

    @property
    def opposite(self) -> Condition:
        return _OPPOSITE[type(self)](*self.args)


class Equality(Relation):
    """`a == b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        if difference.is_Integer:
            return difference == 0
        if difference.never_zero or difference.positive or (-difference).positive:
            return False
        return None


class Unequality(Relation):
    """`a != b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        same = Equality.decide(difference)
        return None if same is None else not same


class StrictLessThan(Relation):
    """`a < b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        if (-difference).positive:
            return True
        return False if difference.nonnegative else None


class LessThan(Relation):
    """`a <= b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        if (-difference).nonnegative:
            return True
        return False if difference.positive else None


class StrictGreaterThan(Relation):
    """`a > b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        return StrictLessThan.decide(-difference)


class GreaterThan(Relation):
    """`a >= b`."""

    __slots__ = ()

    @staticmethod
    def decide(difference: Any) -> bool | None:
        return LessThan.decide(-difference)


_MIRRORED: dict[type[Relation], Callable[[Any, Any], Condition]] = {
    Equality: Equality,
    Unequality: Unequality,
    StrictLessThan: StrictGreaterThan,
    LessThan: GreaterThan,
    StrictGreaterThan: StrictLessThan,
    GreaterThan: LessThan,
}
_OPPOSITE: dict[type[Relation], Callable[[Any, Any], Condition]] = {
    Equality: Unequality,
    Unequality: Equality,
    StrictLessThan: GreaterThan,
    LessThan: StrictGreaterThan,
    StrictGreaterThan: LessThan,
    GreaterThan: StrictLessThan,
}


class Not(_Compound):
    """`not a`, where that is no relation: its opposite would be one."""

    __slots__ = ()

    def __new__(cls, a: Condition) -> Condition:  # pyright: ignore[reportInconsistentConstructor]
        return a.opposite

    @property
    def opposite(self) -> Condition:
        return self.args[0]


class _Several(_Compound):
    """A conjunction or disjunction, flat and without what decides nothing."""

    __slots__ = ()

    decisive: ClassVar[Truth]

    def __new__(cls, *parts: Condition) -> Condition:  # pyright: ignore[reportInconsistentConstructor]
        kept = dict.fromkeys(cls._flat(parts))
        kept.pop(cls.decisive.opposite, None)
        if cls.decisive in kept or any(part.opposite in kept for part in kept):
            return cls.decisive
        if not kept:
            return cls.decisive.opposite
        if len(kept) == 1:
            return next(iter(kept))
        args = tuple(sorted(kept, key=str))
        return interned((cls, args), lambda: cls.of(args))

    @classmethod
    def _flat(cls, parts: Iterable[Condition]) -> Iterable[Condition]:
        for part in parts:
            if isinstance(part, cls):
                yield from part.args
            else:
                yield part


class And(_Several):
    """`a and b and ...`."""

    __slots__ = ()

    decisive: ClassVar[Truth] = FALSE


class Or(_Several):
    """`a or b or ...`."""

    __slots__ = ()

    decisive: ClassVar[Truth] = TRUE
