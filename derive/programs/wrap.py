"""Break long lines of generated Python inside brackets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

WIDTH = 96
_SUMS = (" + ", " - ")
_PRODUCTS = (" @ ", " * ")


def statement(head: str, code: str, indent: int = 4) -> list[str]:
    """`head` + `code` in lines of at most WIDTH characters where that is possible.

    >>> statement("x = ", "a + b")
    ['    x = a + b']
    """
    line = " " * indent + head + code
    if len(line) <= WIDTH:
        return [line]
    if code.startswith(("+ ", "- ")):  # the term of a sum: its sign stays outside its brackets
        head, code = head + code[:2], code[2:]
    bounds = _split(code, (":",))
    if code.startswith(":") and len(code) > 1:
        return statement(head + ":", code[1:], indent)
    if len(bounds) > 1:  # a slice: its bounds may be in brackets, the colon may not
        return [line for bound in bounds for line in statement("", bound, indent)]
    code = _bare(code)
    for marks in ((", ",), _SUMS):
        parts = _split(code, marks)
        if len(parts) > 1:
            return _spread(head + "(", parts, ")", indent, commas=marks != _SUMS)
    opened = _break_bracket(head, code, indent)
    if opened:
        return opened
    parts = _split(code, _PRODUCTS)
    if len(parts) > 1:
        return _spread(head + "(", parts, ")", indent)
    return _filled(head, _split(code, ("*",)), indent)


def targets(names: Sequence[str], value: str, indent: int = 4) -> list[str]:
    """An assignment to several names; an underscore stands for what is not used.

    >>> targets(("a", "_"), "widths")
    ['    a, _ = widths']
    """
    shown = f"({names[0]},)" if len(names) == 1 else ", ".join(names)
    line = " " * indent + f"{shown} = {value}"
    if len(line) <= WIDTH:
        return [line]
    lines = paragraph(", ".join(names) + ",", indent + 4)
    return [" " * indent + "(", *lines, " " * indent + f") = {value}"]


def tuple_text(names: Sequence[str]) -> str:
    """A tuple of names."""
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def assignment_lines(assignments: Sequence[Any], indent: int) -> list[str]:
    """Assignments, a statement each."""
    lines: list[str] = []
    for assignment in assignments:
        lines += statement(f"{assignment.name} = ", assignment.code, indent)
    return lines


def paragraph(text: str, indent: int = 0, hanging: int = 0) -> list[str]:
    """Words in lines of at most WIDTH characters.

    Args:
        text: The words.
        indent: Spaces before every line.
        hanging: Further spaces before every line but the first.
    """
    first = " " * indent
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first + " " * hanging)


def _spread(
    first: str, parts: Sequence[str], last: str, indent: int, *, commas: bool = False
) -> list[str]:
    """Parts, each on lines of its own, between the opening and the closing of a bracket."""
    lines: list[str] = []
    for part in parts:
        broken = statement("", part, indent + 4)
        lines += [*broken[:-1], broken[-1] + ("," if commas else "")]
    return [" " * indent + first, *lines, " " * indent + last]


def _filled(head: str, factors: Sequence[str], indent: int) -> list[str]:
    """A product of many numbers: as many factors to a line as there is room for."""
    if len(factors) == 1:
        return [" " * indent + head + factors[0]]
    lines, room = [factors[0]], WIDTH - indent - 4
    for factor in factors[1:]:
        if len(lines[-1]) + len(factor) <= room:
            lines[-1] += factor
        else:
            lines.append(factor)
    inner = [" " * (indent + 4) + line for line in lines]
    return [" " * indent + head + "(", *inner, " " * indent + ")"]


def _break_bracket(head: str, code: str, indent: int) -> list[str]:
    """Open the widest bracket of a term over several lines; nothing where that does not help."""
    start, end = _widest_bracket(code)
    first, last = head + code[: start + 1], code[end:]
    if end - start < WIDTH // 4 or max(len(first), len(last)) + indent > WIDTH:
        return []
    arguments = _split(code[start + 1 : end], (", ",))
    if len(arguments) > 1:
        return _spread(first, arguments, last, indent, commas=True)
    return _spread(first, _split(_bare(arguments[0]), _SUMS), last, indent)


def _widest_bracket(code: str) -> tuple[int, int]:
    """Where the widest outermost bracket opens and closes."""
    widest, depth, start = (0, 0), 0, 0
    for position, letter in enumerate(code):
        if letter in "([":
            start = position if depth == 0 else start
            depth += 1
        elif letter in ")]":
            depth -= 1
            if depth == 0 and position - start > widest[1] - widest[0]:
                widest = (start, position)
    return widest


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


def _split(code: str, marks: tuple[str, ...]) -> list[str]:
    """Cut at the marks outside brackets; each part but the first begins with its sign."""
    parts, depth, begin, position = [], 0, 0, 0
    while position < len(code):
        letter = code[position]
        depth += (letter in "([") - (letter in ")]")
        mark = next((m for m in marks if depth == 0 and code.startswith(m, position)), None)
        if mark is None or position <= begin or _is_power(code, position):
            position += 1
            continue
        parts.append(code[begin:position])
        # A comma is left out, a sign stays: with the space after it, not the one before it.
        begin = position + (2 if mark == ", " else 1 if mark.startswith(" ") else 0)
        position += len(mark)
    return [*parts, code[begin:]]


def _is_power(code: str, position: int) -> bool:
    """Whether a mark is part of a double asterisk."""
    return code[position] == "*" and "**" in (
        code[position : position + 2], code[position - 1 : position + 1]
    )  # fmt: skip
