"""A derivation as a table for a terminal, and the theory in plain text below it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from derive.algebra.drawing import Drawer
from derive.steps.step import Step
from derive.steps.table import steps_table
from derive.theories.networks.derivation.render.content import sections
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.names import names_of
from derive.theories.networks.derivation.render.network import size_display
from derive.theories.networks.derivation.render.pages import WindowPages, displays_of
from derive.theories.networks.derivation.render.parts import size_blocks
from derive.theories.networks.derivation.repeat.composed import Composed
from derive.theories.networks.derivation.theory import Theory
from derive.theories.networks.description import Network
from derive.typeset.media import PLAIN
from derive.typeset.page import Display
from derive.typeset.plain import COLUMNS, display_lines, plain_lines
from derive.typeset.text import typeset, unicode_of

PROSE = 96
"""The width of sentences, which also stand in the docstrings of modules."""


def table_of(network: Network, steps: Sequence[Step], theory: Iterable[str]) -> str:
    """Steps as a table, then the lines of the theory."""
    title = textwrap.wrap(f"{network.name}: {network.describe()}", COLUMNS, subsequent_indent="  ")
    lines = (*title, "", *drawn_lines(network), "", *steps_table(steps), "", *theory)
    return "\n".join(lines)


def theory_lines(theory: Theory, steps: Sequence[Step]) -> Iterator[str]:
    """The theory in plain text, a line each, at most COLUMNS wide.

    Args:
        theory: The theory.
        steps: Those that led to it; the results of several parts are shown as they have them.
    """
    if theory.composed is None:
        return _results(theory)
    return _results_of_parts(theory.composed, steps)


SHOWN = (
    "projections", "proportional limit", "saddle equations", "papers' normalisation",
    "closed fixed point", "predictor", "infinite width", "first correction", "Hessian",
)  # fmt: skip
"""The steps whose results make up the theory."""


def _results_of_parts(theory: Composed, steps: Sequence[Step]) -> Iterator[str]:
    pages = WindowPages()
    yield from plain_lines(size_blocks(theory, pages))
    for step in steps:
        if step.name not in SHOWN:
            continue
        pages.begin()
        yield unicode_of(step.name[0].upper() + step.name[1:])
        for group in step.groups:
            if group.where:
                yield f"  {unicode_of(group.where)}"
            blocks = pages.blocks(group.window, group.after)
            yield from plain_lines(b for b in blocks if isinstance(b, Display))


def _results(theory: Theory) -> Iterator[str]:
    displays = displays_of(theory, names_of(theory))
    sizes = f"Overlaps and their sizes: {_overlaps(theory, displays.drawer)}"
    yield from textwrap.wrap(sizes, COLUMNS, subsequent_indent="  ")
    for display in size_display(theory.notation, displays.drawer):
        yield from (f"  {line}" for line in display_lines(display))
    for title, _, equations in sections(theory):
        shown, where = displays.of(equations)
        yield unicode_of(title)
        explained = where.lines if where is not None else ()
        yield from (f"  {line}" for line in display_lines(Display((*shown.lines, *explained))))
    for equation in theory.equations:
        if equation.reason:
            text = f"Not eliminated: {unicode_of(typeset(equation.reason))}"
            yield from textwrap.wrap(text, PROSE, subsequent_indent="  ")


def _overlaps(theory: Theory, drawer: Drawer) -> str:
    overlaps = []
    for overlap in theory.order_parameters:
        shown = PLAIN.text(drawer.size(overlap.shape[0]))
        overlaps.append(f"{PLAIN.text(drawer.box(overlap))} ({shown})")
    return ", ".join(overlaps)
