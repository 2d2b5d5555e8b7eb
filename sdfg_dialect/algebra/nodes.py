"""What all expressions are: immutable, and one object for each value, so that `is` is equality."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from threading import Lock
from typing import Any, ClassVar, Self, TypeVar
from weakref import WeakValueDictionary

Some = TypeVar("Some", bound="Node")

_known: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
_lock = Lock()


def interned(key: Hashable, make: Callable[[], Some]) -> Some:
    """The one node that `key` stands for, made when it is asked for first."""
    found = _known.get(key)
    if found is None:
        with _lock:
            found = _known.get(key)
            if found is None:
                found = _known[key] = make()
    return found


class Node:
    """A number, a symbol, a function, a sum of products of such, or a condition."""

    __slots__ = ("__weakref__", "_symbols")

    _symbols: frozenset[str]

    is_Integer: ClassVar[bool] = False
    is_Symbol: ClassVar[bool] = False
    is_Add: ClassVar[bool] = False
    is_Mul: ClassVar[bool] = False
    is_Pow: ClassVar[bool] = False
    is_Boolean: ClassVar[bool] = False

    @property
    def args(self) -> "tuple[Any, ...]":
        """The parts of this node: `func(*args)` is the node again."""
        return ()

    @property
    def func(self) -> Callable[..., "Node"]:
        """What makes a node of this kind from other `args`."""
        return type(self)

    @property
    def symbols(self) -> frozenset[str]:
        """Names of all symbols within."""
        try:
            return self._symbols
        except AttributeError:
            self._symbols = self._find_symbols()
            return self._symbols

    def _find_symbols(self) -> frozenset[str]:
        return frozenset[str]().union(*(part.symbols for part in self.args))

    def walk(self) -> "Iterator[Node]":
        """This node and all within, outermost first."""
        yield self
        for part in self.args:
            yield from part.walk()

    def atoms(self, kind: type[Some]) -> set[Some]:
        """All nodes of `kind` within."""
        return {node for node in self.walk() if isinstance(node, kind)}

    def xreplace(self, values: "Mapping[Any, Any]") -> Any:
        """With symbols and functions, all at once, replaced by what `values` has for them."""
        if self in values:
            return values[self]
        parts = self.args
        changed = [part.xreplace(values) for part in parts]
        if all(new is old for new, old in zip(changed, parts, strict=True)):
            return self
        return self.func(*changed)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return self.func, self.args

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.args))})"
