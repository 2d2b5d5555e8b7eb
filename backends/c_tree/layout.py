"""Lines of at most 100 columns."""

import re

INDENT = 4
WIDTH = 100
LAST_RESORT = 0x7FF
_CONTINUATION = 8
_FIRST_MARK = 0xE000
_MARK = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + LAST_RESORT)}]")


def break_mark(depth: int, looseness: int = 0) -> str:
    """
    A space at which a line may be broken.

    Rather at a small depth of nesting than at a large one, and within a depth (0 to 15) rather at
    an operator that binds loosely.
    """
    return chr(_FIRST_MARK + min(16 * depth + looseness, LAST_RESORT))


def fill(text: str, level: int, ending: str = "") -> list[str]:
    """
    `text` as lines at an indentation `level`, broken at its marks where it is too long.

    `ending` closes every line but the last: the backslash of a directive.
    """
    indent = " " * (INDENT * level)
    lines: list[str] = []
    while len(indent) + len(text) > WIDTH:
        place = _best_break(text, WIDTH - len(indent) - len(ending))
        if place is None:
            break
        lines.append(indent + plain(text[:place]) + ending)
        text = text[place + 1 :]
        indent = " " * (INDENT * level + _CONTINUATION)
    return [*lines, indent + plain(text)]


def _best_break(text: str, room: int) -> int | None:
    """The last of the outermost marks that leave a first line of at most `room` columns."""
    marks = [(mark.start(), ord(mark[0])) for mark in _MARK.finditer(text)]
    fitting = [mark for mark in marks if mark[0] <= room] or marks[:1]
    # A break near the beginning would leave a stub of a line and change little.
    fitting = [mark for mark in fitting if mark[0] > room // 3] or fitting
    if not fitting:
        return None
    after_equals = next((at for at, depth in marks if depth == _FIRST_MARK + LAST_RESORT), None)
    if after_equals is not None and after_equals <= room:
        nested = all(depth >= _FIRST_MARK + 16 for _, depth in fitting)
        if nested and len(text) - after_equals <= room - _CONTINUATION:
            return after_equals
    outermost = min(depth for _, depth in fitting)
    return max(at for at, depth in fitting if depth == outermost)


def plain(text: str) -> str:
    """`text` with spaces for its marks."""
    return _MARK.sub(" ", text)
