"""A derivation by the replica method: a theory, and the steps that led to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from derive.steps.certified import Certified
from derive.steps.displays import Displays
from derive.steps.naming import Names
from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Step
from derive.steps.table import steps_table
from derive.theories.disorder.derivation.showing import (
    law_lines,
    leaf_lines,
    lines_of,
    measured_lines,
)
from derive.theories.disorder.derivation.theory import Theory
from derive.theories.disorder.description import DisorderedModel
from derive.typeset.page import Block, Display, Heading, Line, Page, Prose
from derive.typeset.plain import display_lines


@dataclass(frozen=True, repr=False)
class Derivation(Certified):
    """The replica-symmetric theory of a model, and the steps that led to it.

    Attributes:
        model: The description.
        theory: The free entropy, the saddle-point equations and what follows from them.
        steps: How they were reached.
    """

    model: DisorderedModel
    theory: Theory
    steps: tuple[Step, ...] = field(repr=False)

    def page(self, *results: Any) -> Page:
        """Every step, and the theory in one view."""
        pages = Pages(Displays({}, Names((), {})))
        blocks: list[Block] = [Heading(1, "The derivation")]
        for number, step in enumerate(self.steps, start=1):
            blocks += step_blocks(number, step, pages)
        blocks += [Heading(1, "The theory"), *theory_blocks(self.theory)]
        return Page(self.model.name, tuple(blocks))

    def text(self, *results: Any) -> str:
        """The steps as a table, and the theory below it."""
        lines = [self.model.name, *steps_table(self.steps), ""]
        for block in theory_blocks(self.theory):
            if isinstance(block, Prose):
                lines.append(block.text)
            elif isinstance(block, Display):
                lines += [f"  {line}" for line in display_lines(block)]
        return "\n".join(lines)


def theory_blocks(theory: Theory) -> list[Block]:
    """The equations of a theory."""
    saddle = {**theory.saddle.conjugates, **theory.saddle.parameters}
    shown = {s: v for s, v in saddle.items() if s not in theory.fixed}
    known: set[Line] = set()
    measured = {"entropy": theory.entropy, **theory.observables}
    if theory.energy is not None:
        measured = {"energy": theory.energy, **measured}
    count = theory.replicon.shape[0]
    blocks: list[Block] = [
        Prose("The free entropy per site, extremal in order parameters and conjugates:"),
        Display(tuple(lines_of({"phi": theory.free_entropy}))),
        Prose("where"),
        Display(tuple(leaf_lines(theory))),
        Prose("Averages are over"),
        Display(tuple(law_lines(known, *theory.equations))),
        Prose("It is stationary at"),
        Display(tuple(lines_of(shown))),
        Prose("Measured there:"),
        Display(tuple(measured_lines(known, measured))),
        Prose("Replica symmetry is stable while 1 is larger than every eigenvalue of"),
        Display(
            tuple(
                lines_of(
                    {
                        f"R_{r + 1}{c + 1}" if count > 1 else "R": theory.replicon[r, c]
                        for r in range(count)
                        for c in range(count)
                    }
                )
            )
        ),
    ]
    return [*_introduced(blocks)]


def _introduced(blocks: list[Block]) -> Iterable[Block]:
    """Displays that are not empty, each behind the words that introduce it."""
    for words, display in zip(blocks[::2], blocks[1::2], strict=True):
        if isinstance(display, Display) and display.lines:
            yield from (words, display)
