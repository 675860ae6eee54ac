"""The page of the scalar theory, and its equations in plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import mpmath

from derive.algebra.latex import box, plain
from derive.theories.networks.analysis.scalar.energy import ScalarEnergy
from derive.theories.networks.analysis.scalar.equal import EqualWidths
from derive.theories.networks.analysis.scalar.equation import ScalarEquation
from derive.theories.networks.analysis.scalar.solutions import Solutions
from derive.theories.networks.analysis.scalar.symbols import FLUX, OVERLAP, PRIOR, SIGNAL
from derive.theories.networks.derivation import Theory
from derive.theories.networks.derivation.render.equations import verbatim
from derive.theories.networks.derivation.step import Equation, Order, Step
from derive.typeset.boxes import Box
from derive.typeset.page import (
    Block,
    Display,
    Heading,
    Items,
    Line,
    Page,
    Prose,
)
from derive.typeset.plain import COLUMNS, display_lines
from derive.typeset.text import typeset, unicode_of


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
    return [title, *(f"  {line}" for line in equation_lines(equations))]


def equation_lines(equations: Iterable[Equation]) -> list[str]:
    """Equations in plain text; long ones are broken."""
    return display_lines(_display(equations))


def _display(equations: Iterable[Equation]) -> Display:
    return Display(tuple(Line(_box(e.left), _box(e.right)) for e in equations))


def step_lines(step: Step) -> list[str]:
    """A step in plain text: what it says, its moves and its equations."""
    holds = step.order.value if step.order is Order.EXACT else f"{step.order.value} {step.limit}"
    lines = [f"{step.name} ({unicode_of(typeset(holds))})"]
    lines += _wrapped(step.statement, "  ")
    for move in step.moves:
        lines += _wrapped(typeset(move), "  - ")
    return lines + [f"  {line}" for line in equation_lines(step.after)]


def _wrapped(said: str, mark: str) -> list[str]:
    indent = " " * len(mark)
    return textwrap.wrap(unicode_of(said), COLUMNS, initial_indent=mark, subsequent_indent=indent)


def _box(side: Any) -> Box:
    if isinstance(side, Box):
        return side
    return verbatim(side) if isinstance(side, str) else box(side)


def page_of(theory: Shown, steps: Iterable[Step]) -> Page:
    """Steps as a page."""
    title = f"Scalar theory of {plain(theory.equation.depth)} stages"
    blocks: list[Block] = []
    for number, step in enumerate(steps, start=1):
        blocks += _blocks(number, step)
    return Page(title, tuple(blocks))


def _blocks(number: int, step: Step) -> Iterator[Block]:
    badge = "EXACT" if step.order is Order.EXACT else f"LEADING, {typeset(step.limit)}"
    yield Heading(2, f"{number}. {typeset(step.name)}", badge)
    yield Prose(step.statement)
    if step.before:
        yield _display(step.before)
    if step.moves:
        yield Items(tuple(map(typeset, step.moves)), "Moves", numbered=True)
    yield _display(step.after)
    yield Prose(step.source, "Source")


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
