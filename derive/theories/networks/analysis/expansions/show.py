"""The page of an expansion, and its results in plain text."""

from __future__ import annotations

import textwrap
from typing import Protocol

from derive.steps.pages import Pages, step_blocks
from derive.steps.step import Step
from derive.theories.networks.analysis.expansions.equations import Equations
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.pages import displays_of
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.theories.networks.description.feature_inputs import feature_note
from derive.typeset.page import Block, Display, Heading, Page, Prose
from derive.typeset.plain import COLUMNS, display_lines
from derive.typeset.text import unicode_of

Section = tuple[str, Equations]
"""A title and what stands below it."""


FEATURES = "Here {}; at fixed $P$ nonlinear features have terms in $1/N$ of their own beside these."


class Shown(Protocol):
    """What there is to show of an expansion."""

    @property
    def network(self) -> Network:
        """The description."""

    @property
    def theory(self) -> Theory:
        """What is expanded."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """How it was reached."""

    @property
    def title(self) -> str:
        """What it is."""

    @property
    def note(self) -> str:
        """What it is not."""

    def sections(self) -> tuple[Section, ...]:
        """The results."""


def text(expansion: Shown) -> str:
    """The results first, then every name in the order in which it is defined."""
    lines = textwrap.wrap(f"{unicode_of(expansion.title)}: {expansion.network.name}", COLUMNS)
    lines += textwrap.wrap(unicode_of(_note(expansion)), COLUMNS)
    return "\n".join((*lines, *result_lines(expansion)))


def _note(expansion: Shown) -> str:
    """What the expansion is not, and what its law is not."""
    own = feature_note(expansion.network)
    return f"{expansion.note} {FEATURES.format(own)}" if own else expansion.note


def result_lines(expansion: Shown) -> list[str]:
    """The results in plain text, a line each."""
    lines = []
    for head, shown, where in _displays(expansion):
        lines += [head, *(f"  {line}" for line in display_lines(_joined(shown, where)))]
    return lines


def page(expansion: Shown) -> Page:
    """The results, then the steps."""
    blocks: list[Block] = [Heading(1, expansion.title), Prose(_note(expansion))]
    for head, shown, where in _displays(expansion):
        blocks += [Heading(2, head), _joined(shown, where)]
    blocks += [Heading(1, "How it was reached")]
    pages = Pages(displays_of(expansion.theory, names_of(expansion.theory)))
    for number, step in enumerate(expansion.steps, start=1):
        blocks += step_blocks(number, step, pages)
    return Page(expansion.network.name, tuple(blocks))


def _displays(expansion: Shown) -> list[tuple[str, Display, Display | None]]:
    displays = displays_of(expansion.theory, names_of(expansion.theory))
    return [(head, *displays.of(equations)) for head, equations in expansion.sections()]


def _joined(shown: Display, where: Display | None) -> Display:
    return shown if where is None else Display((*shown.lines, *where.lines))
