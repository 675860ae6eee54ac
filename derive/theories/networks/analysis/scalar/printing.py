"""The page of the scalar theory, and its equations in plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import mpmath

from derive.algebra.latex import box, plain
from derive.steps.displays import verbatim
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Equation, Step
from derive.theories.networks.analysis.scalar.energy import ScalarEnergy
from derive.theories.networks.analysis.scalar.equal import EqualWidths
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.solutions import Solutions
from derive.theories.networks.analysis.scalar.symbols import FLUX, OVERLAP, PRIOR, SIGNAL
from derive.theories.networks.derivation import Theory
from derive.typeset.boxes import Box
from derive.typeset.page import (
    Block,
    Display,
    Line,
    Page,
)
from derive.typeset.plain import display_lines


class Shown(Protocol):
    """What printing needs of a scalar theory."""

    @property
    def theory(self) -> Theory:
        """In matrices."""

    @property
    def equation(self) -> ScalarEquation:
        """For any widths."""

    @property
    def energy(self) -> ScalarEnergy:
        """E and r."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The rewrites."""

    def equal_widths(self) -> EqualWidths:
        """For equal widths."""


def text(theory: Shown) -> str:
    """The equations in plain text."""
    equal = theory.equal_widths()
    lines = [f"Scalar theory of {plain(theory.equation.depth)} stages: one head in every layer"]
    lines += section("any widths, any temperature", [
        Equation(OVERLAP, theory.equation.right),
        Equation(PRIOR, theory.equation.prior),
        Equation(r"r = -u\ E'(u)", theory.energy.spectral_flux),
        Equation(theory.energy.kernel, theory.energy.kernel_value),
    ])  # fmt: skip
    lines += section("zero temperature", [
        Equation(FLUX, theory.energy.cold_flux),
        Equation(SIGNAL, theory.energy.signal_value),
    ])  # fmt: skip
    lines += section("zero temperature, equal widths, α = P/N", [
        Equation(OVERLAP, equal.overlap),
        Equation(equal.left, equal.right),
    ])  # fmt: skip
    lines.append("Every factor 1 + r/N must be positive. k: eigenvalues of K₁; y: labels there.")
    return "\n".join(lines)


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


def page_of(theory: Shown, steps: Iterable[Step]) -> Page:
    """Steps as a page."""
    title = f"Scalar theory of {plain(theory.equation.depth)} stages"
    blocks: list[Block] = []
    pages = Pages(DISPLAYS)
    for number, step in enumerate(steps, start=1):
        blocks += step_blocks(number, step, pages)
    return Page(title, tuple(blocks))


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
