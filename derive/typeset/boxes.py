"""Typeset formulas before they are text: boxes that print as LaTeX or as plain Unicode.

A box knows how an expression looks and nothing of what it means; `derive.algebra.drawing` makes
them. Two media write them out. A medium also measures, so that long formulas can be broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

ROUND = ("(", ")")
SQUARE = ("[", "]")
ANGLE = ("⟨", "⟩")


@dataclass(frozen=True)
class Box:
    """A piece of a formula."""

    strength: ClassVar[int] = 9
    """How tightly it holds together: a looser box inside a tighter one needs a fence."""


@dataclass(frozen=True)
class Atom(Box):
    """A symbol or a number, with its width in ems."""

    latex: str
    plain: str
    ems: float = 0.6


@dataclass(frozen=True)
class Script(Box):
    """A base with a subscript, a superscript or both."""

    base: Box
    low: Box | None = None
    high: Box | None = None


@dataclass(frozen=True)
class Fence(Box):
    """Something in brackets."""

    body: Box
    shape: tuple[str, str] = ROUND


@dataclass(frozen=True)
class Radical(Box):
    """A square root."""

    body: Box


@dataclass(frozen=True)
class Ratio(Box):
    """A fraction."""

    top: Box
    bottom: Box
    strength: ClassVar[int] = 6


@dataclass(frozen=True)
class Apply(Box):
    """A function and its argument, which needs no brackets where it is one symbol."""

    head: Box
    body: Box
    strength: ClassVar[int] = 4


@dataclass(frozen=True)
class Row(Box):
    """Factors, one beside the other."""

    parts: tuple[Box, ...]
    strength: ClassVar[int] = 5


@dataclass(frozen=True)
class Infix(Box):
    """Operands of one binary operator that is no sum."""

    operator: Atom
    parts: tuple[Box, ...]
    strength: ClassVar[int] = 3


@dataclass(frozen=True)
class Sum(Box):
    """Terms with their signs; True is a minus.

    A stacked sum, where it does not fit on one line, gets a line for each of its terms.
    """

    terms: tuple[tuple[bool, Box], ...]
    stacked: bool = False
    strength: ClassVar[int] = 2


@dataclass(frozen=True)
class Listing(Box):
    """Items with a separator, as in the argument of a function."""

    parts: tuple[Box, ...]
    separator: str = ","
    strength: ClassVar[int] = 1


def fenced(box: Box, strength: int) -> Box:
    """The box, in brackets where it is looser than `strength`."""
    return Fence(box) if box.strength < strength else box


def negated(box: Box) -> Box:
    """Minus a box; a sum in brackets, as its sign is that of every term."""
    return Sum(((True, Fence(box) if isinstance(box, Sum) else box),))


def terms_of(box: Box) -> tuple[tuple[bool, Box], ...]:
    """A box as terms of a sum."""
    return box.terms if isinstance(box, Sum) else ((False, box),)


def row(*parts: Box) -> Box:
    """Factors side by side, in brackets where they need them.

    A function in front of another factor gets brackets around its argument.
    """
    flat: list[Box] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Row) else (part,))
    if len(flat) == 1:
        return flat[0]
    last = len(flat) - 1
    return Row(tuple(_factor(part, k == last) for k, part in enumerate(flat)))


def _factor(part: Box, last: bool) -> Box:
    if isinstance(part, Apply):
        return part if last else Apply(part.head, _argument(part.body, forced=True))
    return fenced(part, 4)


def _argument(body: Box, forced: bool = False) -> Box:
    simple = isinstance(body, Atom | Ratio) or (
        isinstance(body, Script) and isinstance(body.base, Atom | Script | Fence)
    )
    return body if isinstance(body, Fence) or (simple and not forced) else Fence(body)


def apply(head: Box, body: Box) -> Apply:
    """A function of something."""
    return Apply(head, _argument(body))


def power(base: Box, exponent: Box) -> Box:
    """A base with an exponent."""
    if isinstance(base, Script) and base.high is None:
        return Script(base.base, base.low, exponent)
    closed = isinstance(base, Apply) and isinstance(base.body, Fence) and base.body.shape == SQUARE
    return Script(base if closed or isinstance(base, Atom | Fence) else Fence(base), None, exponent)


def height(box: Box) -> int:
    """0 for one line of symbols, 1 where there are brackets in it, 2 from a fraction up."""
    if isinstance(box, Ratio | Radical):
        return 2
    if isinstance(box, Fence):
        return min(2, height(box.body) + 1)
    return max((height(child) for child in children(box)), default=0)


def children(box: Box) -> tuple[Box, ...]:
    """The boxes on the line of a box; scripts are not."""
    if isinstance(box, Script):
        return (box.base,)
    if isinstance(box, Apply):
        return (box.head, box.body)
    if isinstance(box, Sum):
        return tuple(term for _, term in box.terms)
    if isinstance(box, Row | Infix | Listing):
        return box.parts
    return (box.body,) if isinstance(box, Fence | Radical) else ()
