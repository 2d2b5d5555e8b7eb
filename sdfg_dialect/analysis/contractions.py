"""Sums of products by the roles of their loops: products of matrices, convolutions, pooling."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sdfg.dialect import symbolic
from sdfg.dialect.analysis.accesses import Access
from sdfg.dialect.analysis.loops import Loop
from sdfg.dialect.analysis.statements import Statement
from sdfg.dialect.analysis.subsets import slope

ContractionName = Literal[
    "matmul",
    "batched_matmul",
    "matvec",
    "batched_matvec",
    "convolution",
    "conv1x1",
    "depthwise_convolution",
    "pooling",
]
Found = tuple[ContractionName, Mapping[Loop, str], tuple[Access, ...]]


def contraction_roles(statement: Statement) -> Found | None:
    """
    Name of a reduction, role of each of its loops, operands; None where it is only a reduction.

    Linear in the number of loops times the rank of the operands.
    """
    factors = statement.factors
    if factors is None:
        return _pooling(statement)
    for image, weights in (factors, factors[::-1]):
        windows = list(_windows(statement, image, weights))
        if windows:
            return _convolution(statement, image, weights, windows)
    return _product(statement, *factors)


@dataclass(frozen=True)
class _Window:
    """A dimension of an operand that is indexed by `s * place + d * kernel`."""

    dimension: int
    place: Loop
    kernel: Loop


def _windows(statement: Statement, image: Access, weights: Access | None) -> Iterator[_Window]:
    for dimension, r in enumerate(image.subset.data):
        used = symbolic.symbols_of(*r.exprs)
        kept = [x for x in statement.kept if x.parameter in used]
        reduced = [x for x in statement.reduced if x.parameter in used]
        if len(kept) != 1 or len(reduced) != 1 or not r.is_point:
            continue
        (place,), (kernel,) = kept, reduced
        # A loop over groups stands in the weights as well, one over the kernel always does.
        if weights is not None and (
            weights.moves_with(place.parameter) or not weights.moves_with(kernel.parameter)
        ):
            continue
        steps = [slope(r.start, x.parameter) for x in (place, kernel)]
        if all(s is not None and s.is_Integer for s in steps):
            yield _Window(dimension, place, kernel)


def _convolution(
    statement: Statement, image: Access, weights: Access, windows: list[_Window]
) -> Found | None:
    roles: dict[Loop, str] = {}
    kernel = {w.kernel: k for k, w in enumerate(windows)}
    if len(kernel) < len(windows) or len({w.place for w in windows}) < len(windows):
        return None
    places: list[tuple[int, Loop]] = [(w.dimension, w.place) for w in windows]
    for loop in statement.loops:
        in_image, in_weights = (a.moves_with(loop.parameter) for a in (image, weights))
        if loop in kernel:
            roles[loop] = f"k{kernel[loop]}"
        elif any(loop == w.place for w in windows):
            continue
        elif loop in statement.reduced:
            if not (in_image and in_weights) and not loop.is_trivial:
                return None
            roles[loop] = "ic"
        elif in_image and not in_weights:
            dimension = dimension_of(image, loop)
            if dimension == 0:
                roles[loop] = "n"
            else:
                places.append((dimension, loop))
        elif in_weights or loop.is_trivial:
            roles[loop] = "g" if in_image else "oc"
        else:
            return None
    roles |= {x: f"o{k}" for k, (_, x) in enumerate(sorted(places, key=lambda place: place[0]))}
    # The number of a kernel loop is that of its place.
    roles |= {w.kernel: roles[w.place].replace("o", "k") for w in windows}
    deep = "ic" not in roles.values() and "g" in roles.values()
    return "depthwise_convolution" if deep else "convolution", roles, (image, weights)


def dimension_of(access: Access, loop: Loop) -> int:
    """The first dimension that `loop` moves; the rank where it moves the container as a whole."""
    moved = (loop.parameter in symbolic.symbols_of(*r.exprs) for r in access.subset.data)
    return next((k for k, moves in enumerate(moved) if moves), access.subset.rank)


def _product(statement: Statement, first: Access, second: Access) -> Found | None:
    roles: dict[Loop, str] = {}
    for loop in statement.loops:
        in_first, in_second = (a.moves_with(loop.parameter) for a in (first, second))
        if loop in statement.reduced:
            if not (in_first and in_second) and not loop.is_trivial:
                return None
            roles[loop] = "k"
        elif not (in_first or in_second or loop.is_trivial):
            return None
        else:
            roles[loop] = "b" if in_first == in_second else "m" if in_first else "n"
    for image, weights in ((first, second), (second, first)):
        if (renamed := _conv1x1(roles, image, "m" if image is first else "n")) is not None:
            return "conv1x1", renamed, (image, weights)
    wide = {role for loop, role in roles.items() if not loop.is_trivial}
    if not wide & {"m", "n"}:
        return None
    batched = "b" in wide
    if {"m", "n"} <= wide:
        name = "batched_matmul" if batched else "matmul"
    else:
        name = "batched_matvec" if batched else "matvec"
    return name, roles, (first, second)


def _conv1x1(roles: Mapping[Loop, str], image: Access, own: str) -> dict[Loop, str] | None:
    """
    The roles of a pointwise convolution, where the loops called `own` move the image alone.

    Its image has places behind the channels, which a matrix has not: `X[n, ic, o0, o1]`.
    """
    channels = [loop for loop, role in roles.items() if role == "k"]
    if len(channels) != 1:
        return None
    at = dimension_of(image, channels[0])
    moving = [loop for loop, role in roles.items() if role == own]
    behind = sorted(
        (x for x in moving if dimension_of(image, x) > at), key=lambda x: dimension_of(image, x)
    )
    before = [x for x in moving if x not in behind]
    other = {"m": "n", "n": "m"}[own]
    if len(behind) + bool(before) < 2 or other not in roles.values():
        return None
    names = {"k": "ic", "b": "g", other: "oc", own: "n"}
    return {x: names[role] for x, role in roles.items()} | {
        x: f"o{k}" for k, x in enumerate(behind)
    }


def _pooling(statement: Statement) -> Found | None:
    image = statement.summand
    if image is None:
        return None
    windows = list(_windows(statement, image, None))
    kernel = {w.kernel for w in windows}
    if not windows or any(x not in kernel and not x.is_trivial for x in statement.reduced):
        return None
    roles = {w.place: f"o{k}" for k, w in enumerate(windows)}
    roles |= {w.kernel: f"k{k}" for k, w in enumerate(windows)}
    for loop in statement.loops:
        if loop not in roles:
            roles[loop] = "n" if dimension_of(image, loop) == 0 else "c"
    return "pooling", roles, (image,)
