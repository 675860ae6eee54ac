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
    if len(parts) > 1:
        opened = [" " * indent + head + "("]
        for part in parts:
            opened += statement("", part, indent + 4)
        return [*opened, " " * indent + ")"]
    return _break_call(head, code, indent) or [line]


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


def _break_call(head: str, code: str, indent: int) -> list[str]:
    """Open the last outermost bracket of a term over several lines."""
    if not code.endswith(")"):
        return []
    depth, start = 0, len(code)
    for position in range(len(code) - 1, -1, -1):
        depth += (code[position] in ")]") - (code[position] in "([")
        if depth == 0:
            start = position
            break
    inner = code[start + 1 : -1]
    arguments = _split(inner, (", ",))
    out = [" " * indent + head + code[: start + 1]]
    if len(arguments) == 1:
        for part in _split(_bare(inner), (" + ", " - ")):
            out += statement("", part, indent + 4)
        return [*out, " " * indent + ")"]
    for argument in arguments:
        comma = ","
        lines = statement("", argument.removesuffix(","), indent + 4)
        lines[-1] += comma
        out += lines
    return [*out, " " * indent + ")"]


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
