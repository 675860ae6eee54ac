"""The equations and the solutions of the scalar theory in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import mpmath

from derive.algebra.latex import box
from derive.steps.displays import verbatim
from derive.steps.step import Equation
from derive.theories.networks.analysis.scalar.solutions import Solutions
from derive.typeset.boxes import Box
from derive.typeset.page import Display, Line
from derive.typeset.plain import display_lines


def section(title: str, equations: Iterable[Equation]) -> list[str]:
    """A title, and equations below it, their equals signs in a column."""
    shown, _ = DISPLAYS.of(tuple(equations))
    return [title, *(f"  {line}" for line in display_lines(shown))]


class Plain:
    """Makes displays in which every expression stands as it is."""

    def of(self, equations: tuple[Equation, ...]) -> tuple[Display, Display | None]:
        """The equations; no name needs to be explained."""
        return Display(tuple(Line(_box(e.left), _box(e.right)) for e in equations)), None


def _box(side: Any) -> Box:
    if isinstance(side, Box):
        return side
    return verbatim(side) if isinstance(side, str) else box(side)


DISPLAYS = Plain()


NORMALISATION = (
    "  action: S in the normalisation of streams; `derive solve` prints that of the papers for",
    "  chains, S_U = S - sum_l N_l ln sigma_l^2; at temperature zero S is without ln det K_1",
)
"""Which action the table shows."""


def solution_lines(solutions: Solutions, digits: int) -> Iterator[str]:
    """Solutions as a table in plain text, the lowest action first."""
    yield "solutions, the lowest action first"
    yield from NORMALISATION
    rows = [("u", "r", "smallest factor", "action", "residual")]
    for root in solutions.roots:
        numbers = (root.overlap, root.flux, min(root.factors), root.action)
        shown = [mpmath.nstr(value, digits) for value in numbers]
        rows.append((*shown, mpmath.nstr(root.residual, 2)))
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    if solutions.spurious:
        listed = ", ".join(mpmath.nstr(value, digits) for value in solutions.spurious)
        yield f"  of the eliminated equation alone, a factor not positive: u = {listed}"
