"""Break long lines of generated Python inside brackets."""

from __future__ import annotations

WIDTH = 96


def statement(head: str, code: str, indent: int = 4) -> list[str]:
    """`head` + `code` in lines of at most WIDTH characters where that is possible.

    >>> statement("x = ", "a + b")
    ['    x = a + b']
    """
    line = " " * indent + head + code
    if len(line) <= WIDTH:
        return [line]
    code = _bare(code)
    parts = _split(code, (" + ", " - "))
    if len(parts) == 1:
        opened = _break_bracket(head, code, indent)
        if opened:
            return opened
        parts = _split(code, (" @ ", " * "))
    if len(parts) == 1:
        return [" " * indent + head + code]
    lines = [" " * indent + head + "("]
    for part in parts:
        lines += statement("", part, indent + 4)
    return [*lines, " " * indent + ")"]


def _bare(code: str) -> str:
    """Without brackets around the whole."""
    while code.startswith("(") and code.endswith(")") and _closing(code) == len(code) - 1:
        code = code[1:-1]
    return code


def _closing(code: str) -> int:
    depth = 0
    for position, letter in enumerate(code):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0:
            return position
    return len(code)


def _widest_bracket(code: str) -> tuple[int, int]:
    """Where the widest outermost bracket opens and closes."""
    found, depth, start = (0, 0), 0, 0
    for position, letter in enumerate(code):
        if letter in "([":
            start = position if depth == 0 else start
            depth += 1
        elif letter in ")]":
            depth -= 1
            if depth == 0 and position - start > found[1] - found[0]:
                found = (start, position)
    return found


def _break_bracket(head: str, code: str, indent: int) -> list[str]:
    """Open the widest bracket of a term over several lines; nothing where that does not help."""
    start, end = _widest_bracket(code)
    first, last = " " * indent + head + code[: start + 1], " " * indent + code[end:]
    if end == 0 or max(len(first), len(last)) > WIDTH:
        return []
    arguments = _split(code[start + 1 : end], (", ",))
    if len(arguments) == 1:
        inner = _bare(arguments[0])
        lines = [
            line
            for part in _split(inner, (" + ", " - "))
            for line in statement("", part, indent + 4)
        ]
        return [first, *lines, last]
    lines = []
    for argument in arguments:
        broken = statement("", argument, indent + 4)
        lines += [*broken[:-1], broken[-1] + ","]
    return [first, *lines, last]


def _split(code: str, marks: tuple[str, ...]) -> list[str]:
    """Cut at the marks outside brackets; each part but the first begins with its sign."""
    parts, depth, begin, position = [], 0, 0, 0
    while position < len(code):
        letter = code[position]
        depth += (letter in "([") - (letter in ")]")
        mark = next((m for m in marks if depth == 0 and code.startswith(m, position)), None)
        if mark and position > begin:
            parts.append(code[begin:position])
            begin = position + (1 if mark != ", " else 2)
            position += len(mark)
            continue
        position += 1
    return [*parts, code[begin:]]
