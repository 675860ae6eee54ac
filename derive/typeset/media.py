"""The two media in which boxes are written: LaTeX, and plain text in Unicode."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from derive.typeset.boxes import (
    Apply,
    Atom,
    Box,
    Fence,
    Infix,
    Listing,
    Radical,
    Ratio,
    Row,
    Script,
    Sum,
    children,
    height,
)

SUBSCRIPTS = str.maketrans("0123456789+-akl", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₖₗ")
SUPERSCRIPTS = str.maketrans("0123456789+-⊤()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵀ⁽⁾")
SMALL = 0.72
"""The size of a script."""
TIGHT = 0.4
"""What an operator in a script is narrower by."""


class Medium:
    """Writes and measures boxes; a rule for each kind of box."""

    def __init__(self) -> None:
        kinds = (Atom, Script, Fence, Radical, Ratio, Apply, Row, Infix, Sum, Listing)
        self._rules: dict[type, Callable[[Any], str]] = {
            kind: getattr(self, f"_{kind.__name__.lower()}") for kind in kinds
        }

    def text(self, box: Box) -> str:
        """The box written out."""
        return self._rules[type(box)](box)

    def width(self, box: Box) -> float:
        """How wide the box is, in the medium's units."""
        raise NotImplementedError

    def brackets(self, box: Fence) -> tuple[str, str]:
        """The opening and the closing bracket around a body on one line."""
        raise NotImplementedError

    def open_brackets(self, box: Fence) -> tuple[str, str]:
        """The brackets around a body that is broken over lines."""
        raise NotImplementedError

    def _sum(self, box: Sum) -> str:
        """Terms with their signs."""
        first, *rest = box.terms
        text = ("-" if first[0] else "") + self.term(first[1])
        return text + "".join(
            f" {self.sign(negative)} {self.term(term)}" for negative, term in rest
        )

    def term(self, box: Box) -> str:
        """A term of a sum; a sum within a sum that begins with a minus keeps its brackets."""
        inner = isinstance(box, Sum) and box.terms[0][0]
        return self.text(Fence(box) if inner else box)

    def sign(self, negative: bool) -> str:
        """A plus or a minus."""
        return "-" if negative else "+"

    def _fence(self, box: Fence) -> str:
        """A body in brackets."""
        left, right = self.brackets(box)
        return left + self.text(box.body) + right

    def factor(self, box: Box) -> str:
        """A box beside others in a row."""
        return self.text(box)

    def _row(self, box: Row) -> str:
        return " ".join(map(self.factor, box.parts))

    def _infix(self, box: Infix) -> str:
        return f" {self.text(box.operator)} ".join(map(self.factor, box.parts))

    def _listing(self, box: Listing) -> str:
        gap = "" if box.separator == ":" else " "
        return f"{box.separator}{gap}".join(self.text(part) for part in box.parts)


class Latex(Medium):
    r"""LaTeX that pdfLaTeX, MathJax and KaTeX read alike.

    Backslashes stand before letters only (GitHub's Markdown eats them elsewhere), and
    `\operatorname`, which GitHub forbids, does not occur.
    """

    def brackets(self, box: Fence) -> tuple[str, str]:
        """Brackets as tall as the body."""
        sizes = (("", ""), ("\\bigl", "\\bigr"), ("\\left", "\\right"))
        left, right = sizes[height(box.body)]
        return left + _bracket(box.shape[0]), right + _bracket(box.shape[1])

    def open_brackets(self, box: Fence) -> tuple[str, str]:
        """Brackets of a fixed size, which may stand on different lines."""
        return rf"\Bigl{_bracket(box.shape[0])}", rf"\Bigr{_bracket(box.shape[1])}"

    def _atom(self, box: Atom) -> str:
        return box.latex

    def _script(self, box: Script) -> str:
        base = self.text(box.base)
        if isinstance(box.base, Script):
            base = f"{{{base}}}"
        low = "" if box.low is None else f"_{_grouped(self.text(box.low))}"
        high = "" if box.high is None else f"^{_grouped(self.text(box.high))}"
        return base + low + high

    def _radical(self, box: Radical) -> str:
        return rf"\sqrt{{{self.text(box.body)}}}"

    def _ratio(self, box: Ratio) -> str:
        return rf"\frac{{{self.text(box.top)}}}{{{self.text(box.bottom)}}}"

    def _apply(self, box: Apply) -> str:
        gap = "" if isinstance(box.body, Fence) else " "
        return self.text(box.head) + gap + self.text(box.body)

    def width(self, box: Box) -> float:
        """The width in ems of the text font; a little too wide rather than too narrow."""
        return _WIDTHS[type(box)](self, box)

    def widths(self, boxes: tuple[Box, ...], gap: float) -> float:
        """The width of boxes with gaps between them."""
        return sum(map(self.width, boxes)) + gap * (len(boxes) - 1)


def _bracket(letter: str) -> str:
    return {"⟨": r"\langle ", "⟩": r"\rangle "}.get(letter, letter)


def _grouped(text: str) -> str:
    single = len(text) == 1 or re.fullmatch(r"\\[a-z]+", text)
    return text if single else f"{{{text}}}"


def _script_width(medium: Latex, box: Script) -> float:
    scripts = [medium.width(s) - TIGHT * _gaps(s) for s in (box.low, box.high) if s is not None]
    return medium.width(box.base) + SMALL * max(scripts, default=0.0) + 0.05


def _gaps(box: Box) -> int:
    """The number of operators, which have no space around them in scripts."""
    own = len(box.parts) - 1 if isinstance(box, Listing) else 0
    own += len(box.terms) - 1 if isinstance(box, Sum) else 0
    return own + sum(map(_gaps, children(box)))


def _fence_width(medium: Latex, box: Fence) -> float:
    return medium.width(box.body) + (0.8, 1.0, 1.6)[height(box.body)]


_WIDTHS: dict[type, Callable[[Latex, Any], float]] = {
    Atom: lambda medium, box: box.ems,
    Script: _script_width,
    Fence: _fence_width,
    Radical: lambda medium, box: medium.width(box.body) + 0.9,
    Ratio: lambda medium, box: max(medium.width(box.top), medium.width(box.bottom)) + 0.25,
    Apply: lambda medium, box: medium.widths((box.head, box.body), 0.2),
    Row: lambda medium, box: medium.widths(box.parts, 0.1),
    Infix: lambda medium, box: medium.widths(box.parts, 1.22),
    Sum: lambda medium, box: (
        medium.widths(tuple(term for _, term in box.terms), 1.22) + 0.8 * box.terms[0][0]
    ),
    Listing: lambda medium, box: medium.widths(box.parts, 0.5),
}


class Plain(Medium):
    """Plain text for a terminal, with Unicode's subscripts and Greek letters."""

    def brackets(self, box: Fence) -> tuple[str, str]:
        """The brackets themselves."""
        return box.shape[0], box.shape[1]

    open_brackets = brackets

    def width(self, box: Box) -> float:
        """The number of characters."""
        return len(self.text(box))

    def sign(self, negative: bool) -> str:
        """A plus or Unicode's minus."""
        return "−" if negative else "+"

    def _sum(self, box: Sum) -> str:
        text = super()._sum(box)
        return "−" + text[1:] if box.terms[0][0] else text

    def _atom(self, box: Atom) -> str:
        return box.plain

    def _script(self, box: Script) -> str:
        text = self.text(box.base)
        if box.low is not None:
            text += _small(self.text(box.low), SUBSCRIPTS, "_")
        if box.high is not None:
            text += _small(self.text(box.high).replace("−", "-"), SUPERSCRIPTS, "^")
        return text

    def _radical(self, box: Radical) -> str:
        return f"√({self.text(box.body)})"

    def _ratio(self, box: Ratio) -> str:
        top = self.text(Fence(box.top) if isinstance(box.top, Sum) else box.top)
        loose = isinstance(box.bottom, Row | Sum)
        return f"{top}/{self.text(Fence(box.bottom) if loose else box.bottom)}"

    def _apply(self, box: Apply) -> str:
        body = Fence(box.body) if isinstance(box.body, Ratio) else box.body
        gap = "" if isinstance(body, Fence) else " "
        return self.text(box.head) + gap + self.text(body)

    def factor(self, box: Box) -> str:
        """A box beside others: a fraction gets brackets."""
        return self.text(Fence(box) if isinstance(box, Ratio) else box)


def _small(text: str, table: dict[int, int], mark: str) -> str:
    if all(ord(letter) in table for letter in text):
        return text.translate(table)
    if text in ("*", "**", "†"):
        return text
    return mark + (text if len(text) == 1 else f"{{{text}}}")


LATEX = Latex()
PLAIN = Plain()
