"""Methods chosen by the type of their first argument."""

from collections.abc import Callable
from functools import singledispatch
from typing import Any, Generic, TypeVar, get_type_hints

T = TypeVar("T")


class method_by_type(Generic[T]):
    """
    What `functools.singledispatchmethod` does, for trees of many small nodes.

    That one makes a new wrapper with a documentation of its own for each call, which takes longer
    than most methods of a printer.
    """

    def __init__(self, method: Callable[..., T]) -> None:
        self.__doc__ = method.__doc__
        self._function = singledispatch(method)
        self._known: dict[type, Callable[..., T]] = {}

    def register(self, method: Callable[..., T]) -> Callable[..., T]:
        """Take `method` where the first argument has the type that its annotation says."""
        kind = next(v for k, v in get_type_hints(method).items() if k != "return")
        self._function.register(kind, method)
        return method

    def __get__(self, instance: object, owner: type | None = None) -> Callable[..., T]:
        known, dispatch = self._known, self._function.dispatch

        def bound(node: object, *arguments: Any) -> T:
            kind = node.__class__
            if (found := known.get(kind)) is None:
                found = known[kind] = dispatch(kind)
            return found(instance, node, *arguments)

        return bound
