"""Long formulas broken over lines: at the signs of a sum, inside its brackets where they are long.

A line is broken at the outermost place that helps. What has no such place stays on its line.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.typeset.boxes import Apply, Atom, Box, Fence, Infix, Listing, Row, Script, Sum
from derive.typeset.media import Medium


@dataclass(frozen=True)
class Line:
    """One line of a formula, `indent` steps to the right."""

    text: str
    indent: int = 0


@dataclass(frozen=True)
class Piece:
    """Text beside a box that is being broken, and its width."""

    text: str = ""
    width: float = 0.0


@dataclass(frozen=True)
class Breaker:
    """Breaks formulas for one medium.

    Attributes:
        medium: Writes and measures.
        indent: The width of one step to the right, in the medium's units.
        sign: The width of a sign between two terms.
        gap: The width between two factors.
        bracket: The width of one bracket of a broken pair.
    """

    medium: Medium
    indent: float
    sign: float
    gap: float
    bracket: float

    def lines(self, box: Box, limit: float) -> list[Line]:
        """The lines of a formula, none wider than the limit where that can be done."""
        if self.medium.width(box) <= limit:
            return [Line(self.medium.text(box))]
        return self._broken(box, limit) or [Line(self.medium.text(box))]

    def _broken(self, box: Box, limit: float) -> list[Line]:
        """At least two lines, or none where the box cannot be broken."""
        if isinstance(box, Sum):
            return self._sum(box, limit)
        if isinstance(box, Row | Infix | Listing):
            return self._parts(box, limit)
        if isinstance(box, Fence):
            return self._fence(box, Piece(), Piece(), limit)
        if isinstance(box, Apply):
            return self._around(box.body, self._piece(box.head), Piece(), limit)
        if isinstance(box, Script):
            marks = self._piece(Script(NOTHING, box.low, box.high))
            return self._around(box.base, Piece(), marks, limit)
        return []

    def _piece(self, *boxes: Box, gap: str = "") -> Piece:
        text = gap.join(map(self.medium.factor if gap else self.medium.text, boxes))
        wide = self.sign if gap.strip() else self.gap if gap else 0.0
        return Piece(text, sum(self.medium.width(box) + wide for box in boxes))

    def _sum(self, box: Sum, limit: float) -> list[Line]:
        done: list[Line] = []
        current: list[tuple[bool, Box]] = []
        for term in box.terms:
            wider = self.medium.width(Sum((*current, term))) + self.sign > limit
            if current and (box.stacked or wider):
                done += self._signed(current, bool(done), limit)
                current = []
            current.append(term)
        return done + self._signed(current, bool(done), limit)

    def _signed(self, terms: list[tuple[bool, Box]], follows: bool, limit: float) -> list[Line]:
        """A run of terms, with a sign in front where it follows others."""
        if len(terms) == 1 and isinstance(terms[0][1], Sum) and not terms[0][0]:
            terms = list(terms[0][1].terms)
        (negative, first), *others = terms
        rest = Sum(((False, first), *others)) if others else first
        inner = self.lines(rest, limit - self.sign)
        if not (negative or follows):
            return inner
        mark = self.medium.sign(negative) + " " * follows
        return [Line(mark + inner[0].text, inner[0].indent), *inner[1:]]

    def _parts(self, box: Row | Infix | Listing, limit: float) -> list[Line]:
        """Break the widest part; what stands beside it keeps its place."""
        widths = [self.medium.width(part) for part in box.parts]
        at = max(range(len(widths)), key=widths.__getitem__)
        gap = self._gap(box)
        head = self._piece(*box.parts[:at], gap=gap)
        tail = self._piece(*box.parts[at + 1 :], gap=gap)
        head = Piece(head.text + gap, head.width) if at else head
        tail = Piece(gap + tail.text, tail.width) if at + 1 < len(widths) else tail
        return self._around(box.parts[at], head, tail, limit)

    def _gap(self, box: Row | Infix | Listing) -> str:
        if isinstance(box, Infix):
            return f" {self.medium.text(box.operator)} "
        return " " if isinstance(box, Row) else f"{box.separator} "

    def _around(self, box: Box, head: Piece, tail: Piece, limit: float) -> list[Line]:
        """The broken box with pieces in front and behind; nothing where it cannot be broken."""
        if isinstance(box, Fence):
            return self._fence(box, head, tail, limit)
        inner = self._broken(box, limit - head.width - tail.width)
        if len(inner) < 2:
            return []
        first, last = inner[0], inner[-1]
        first = Line(head.text + first.text, first.indent)
        return [first, *inner[1:-1], Line(last.text + tail.text, last.indent)]

    def _fence(self, box: Fence, head: Piece, tail: Piece, limit: float) -> list[Line]:
        opening, closing = self.medium.open_brackets(box)
        left = max(self.indent, head.width + self.bracket)
        room = limit - left - tail.width - self.bracket
        inner = self._broken(box.body, room)
        if len(inner) < 2:
            return []
        first = Line(f"{head.text}{opening} {inner[0].text}")
        middle = [Line(line.text, line.indent + 1) for line in inner[1:]]
        last = middle.pop()
        return [first, *middle, Line(f"{last.text} {closing}{tail.text}", last.indent)]


NOTHING = Atom("", "", 0.0)
