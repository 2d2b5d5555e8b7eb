"""Identifiers from the names of a model."""

import re
from collections.abc import Iterable

_RESERVED = frozenset(
    """
    auto break case char const continue default do double else enum extern float for goto if inline
    int long register restrict return short signed sizeof static struct switch typedef union
    unsigned void volatile while asm typeof alignas alignof bool complex imaginary noreturn
    static_assert thread_local true false NULL NAN INFINITY I E linux unix errno main
    and and_eq bitand bitor catch class compl concept const_cast delete dynamic_cast explicit export
    friend mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected
    public reinterpret_cast requires static_cast template this throw try typeid typename using
    virtual wchar_t xor xor_eq
    abort abs aligned_alloc calloc div exit free labs malloc memcmp memcpy memmove memset printf
    rand realloc signgam snprintf stderr stdin stdout strlen index time read write
    BUFSIZ EOF L_ctermid L_tmpnam NFDBITS P_tmpdir WCONTINUED WEXITED WEXITSTATUS WIFCONTINUED
    WIFEXITED WIFSIGNALED WIFSTOPPED WNOHANG WNOWAIT WSTOPPED WSTOPSIG WTERMSIG WUNTRACED alloca
    fpclassify isgreater isgreaterequal isless islessequal islessgreater isnormal isunordered
    math_errhandling offsetof va_arg va_copy va_end va_start
    """.split()
)
"""Keywords of C and C++, and macros and functions of the standard headers that generated code
includes and that a model could well use as a name."""

_SHAPES = re.compile(
    r"[A-Z][A-Z0-9]*_[A-Z0-9_]*|[fiu][0-9]+x[0-9]+(_u)?|[bl]e[0-9]+toh|hto.e[0-9]+"
)
"""What macros of headers and names of vector types look like."""

_MATH = frozenset(
    f"{function}{suffix}"
    for function in """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp10 exp2 expm1
    fabs fdim floor fma fmax fmin fmod frexp gamma hypot ilogb isfinite isinf isnan j0 j1 jn ldexp
    lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan nearbyint nextafter pow
    remainder remquo rint round roundeven scalbn signbit sin sinh sqrt tan tanh tgamma trunc y0 y1
    yn
    """.split()
    for suffix in ("", "f", "l")
)
"""Functions of math.h: compilers know them and warn about other things of that name."""


def identifier(text: str) -> str:
    """
    `text` as a C identifier: what is not a letter, digit or `_` becomes `_`.

    Leading digits get a `_` before them and reserved words one after; the leading underscores
    that C reserves for itself are dropped. The text of an identifier is unchanged otherwise.
    """
    name = re.sub(r"[^0-9A-Za-z_]+", "_", text).rstrip("_") or "unnamed"
    name = re.sub(r"^_+(?=[A-Za-z])|^__+", "", name)
    if name[0].isdigit():
        name = f"_{name}"
    taken = (
        name in _RESERVED
        or name in _MATH
        or _SHAPES.fullmatch(name)
        or name.endswith("_t")
        or name.startswith(("sdfg_", "omp_"))
    )
    return f"{name}_" if taken else name


class Scope:
    """
    The identifiers of one scope, each given once.

    The same requests in the same order give the same names; a second request for a name gets
    `_2`, so that only names that clash depend on each other.
    """

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)

    def unique(self, text: str) -> str:
        """A new identifier made of `text`."""
        wanted = name = identifier(text)
        count = 1
        while name in self._taken:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name)
        return name

    def unique_stem(self, text: str, endings: Iterable[str]) -> str:
        """A new identifier made of `text`, which stays new with each of `endings` behind it."""
        known = tuple(endings)
        wanted = name = identifier(text)
        count = 1
        while self._taken & {name, *(name + ending for ending in known)}:
            count += 1
            name = f"{wanted}_{count}"
        self._taken |= {name, *(name + ending for ending in known)}
        return name

    def inner(self) -> "Scope":
        """A scope within this one: knows its names, and keeps its own to itself."""
        return Scope(frozenset(self._taken))
