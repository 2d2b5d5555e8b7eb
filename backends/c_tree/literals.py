"""Numbers and strings as C spells them, exactly."""

import math
import re

import numpy as np

from sdfg.backends.c_tree.types import Kind, Scalar

_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "?": "\\?"}


def integer_text(value: int, type: Scalar) -> str:
    """
    The literal of `value` in `type`.

    Raises `ValueError` if the type cannot hold the value or has no integer literals.
    """
    match type.kind:
        case Kind.BOOL if value in (0, 1):
            return "true" if value else "false"
        case Kind.SIGNED if type.name == "int" and not _INT_MIN <= value <= _INT_MAX:
            return _signed(value, 64, wide=True)
        case Kind.SIGNED:
            return _signed(value, type.bits, wide=type.bits == 64)
        case Kind.UNSIGNED if 0 <= value < 2**type.bits:
            return {32: f"{value}U", 64: f"UINT64_C({value})"}.get(type.bits, str(value))
        case _:
            raise ValueError(f"{value} is no value of the C type {type.name}")


def _signed(value: int, bits: int, *, wide: bool) -> str:
    lowest = -(2 ** (bits - 1))
    if not lowest <= value < -lowest:
        raise ValueError(f"{value} is no value of a signed C type of {bits} bits")
    if value == lowest and bits >= 32:
        return f"INT{bits}_MIN"  # C has no negative literals: -2147483648 negates a larger type
    if not wide:
        return str(value)
    return f"-INT64_C({-value})" if value < 0 else f"INT64_C({value})"


def float_text(value: float, type: Scalar) -> str:
    """
    The shortest literal that reads back as `value` rounded to `type`, `float` or `double`.

    Raises `ValueError` for other types.
    """
    if type.kind is not Kind.FLOAT:
        raise ValueError(f"the C type {type.name} has no floating-point literals")
    with np.errstate(over="ignore", under="ignore"):
        rounded = np.float32(value) if type.bits == 32 else np.float64(value)
    if math.isnan(rounded):
        return "NAN"
    if math.isinf(rounded):
        return "INFINITY" if rounded > 0 else "-INFINITY"
    text = re.sub(r"e([+-]?)0*(\d)", _exponent, str(rounded))
    return text + ("f" if type.bits == 32 else "")


def _exponent(match: re.Match[str]) -> str:
    return f"e{'-' if match[1] == '-' else ''}{match[2]}"


def string_text(value: str) -> str:
    """A string literal in ASCII; the bytes are those of UTF-8."""
    return '"' + "".join(_character(c) for c in value) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if " " <= character <= "~":
        return character
    # Three octal digits end by themselves, hexadecimal ones would swallow what follows.
    return "".join(f"\\{byte:03o}" for byte in character.encode(errors="replace"))


def comment_text(text: str) -> list[str]:
    """The lines of a comment, made safe: nothing in them ends the comment or opens another."""
    safe = text.replace("*/", "* /").replace("/*", "/ *")
    printable = "".join(c if c == "\n" or c.isprintable() else "?" for c in safe)
    return [line.rstrip() for line in printable.strip("\n").split("\n")]
