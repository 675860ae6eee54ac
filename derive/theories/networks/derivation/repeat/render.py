"""The page of a derivation for any depth, and its theory in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from derive.algebra.drawn_maps import over_layers
from derive.algebra.kinds import Expression
from derive.algebra.layered import LayerProduct
from derive.algebra.naming import Name, nodes_in
from derive.steps.displays import Displays
from derive.steps.pages import Pages, Shown, step_blocks
from derive.steps.step import Equation, Step
from derive.theories.networks.derivation.render.content import displays_of
from derive.theories.networks.derivation.render.network import notation_blocks
from derive.theories.networks.derivation.repeat.composed import Composed
from derive.theories.networks.derivation.repeat.described import network_blocks, size_blocks
from derive.theories.networks.derivation.repeat.naming import window_names
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.description import Network
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Sum, row, terms_of
from derive.typeset.media import LATEX
from derive.typeset.page import Block, Display, Heading, Line, Page, Prose
from derive.typeset.plain import plain_lines
from derive.typeset.symbols import SUM, symbol
from derive.typeset.text import unicode_of


class WindowPages(Pages):
    """Makes the displays of windows; a name is explained once for all of them."""

    def __init__(self) -> None:
        self.explained: list[Name] = []
        self._displays: dict[int, Displays] = {}
        self._told: set[str] = set()

    def begin(self) -> None:
        """Begin a step, which explains its names anew, each once."""
        self.explained.clear()
        self._told.clear()

    def of(self, window: Window) -> Displays:
        """The displays of a window."""
        if id(window) not in self._displays:
            made = displays_of(window.theory, window_names(window))
            made.explained = self.explained
            if window.notation.shared:
                made.homes = {window.whole: window.notation.width(0), **made.homes}
            self._displays[id(window)] = made
        return self._displays[id(window)]

    def shown(self, window: Window, equations: tuple[Equation, ...]) -> Shown:
        """Equations, and what is new among the names in them."""
        drawn: list[Equation] = []
        names: list[Name] = []
        for equation in equations:
            left, right = equation.left, equation.right
            if isinstance(right, Summed):
                right, used = self._summed(right)
                names += used
            elif isinstance(right, sympy.Basic):
                right = window.shown(right)
            left = window.shown(left) if isinstance(left, sympy.Basic) else left
            drawn.append(Equation(left, right))
        display, where = self.of(window).of(tuple(drawn))
        extra = self._explained(window, names)
        return display, self._new((*(where.lines if where else ()), *extra))

    def _new(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The explanations of names that no window has explained in this step."""
        explanations = []
        for line in lines:
            assert line.left is not None
            name = LATEX.text(line.left)
            explanations += [] if name in self._told else [line]
            self._told.add(name)
        return tuple(explanations)

    def _explained(self, window: Window, names: list[Name]) -> list[Line]:
        explanations: list[Line] = []
        for name in names:
            if name not in self.explained:
                self.explained.append(name)
                right, _ = self.of(window).right(name.value)
                explanations.append(Line(symbol(name.name), right))
        return explanations

    def _summed(self, total: Summed) -> tuple[Box, list[Name]]:
        """A sum over parts, those of a repeated block under a sign."""
        terms: list[tuple[bool, Box]] = []
        names: list[Name] = []
        for term in total.terms:
            displays = self.of(term.window)
            box, used = displays.right(term.window.shown(term.value))
            names += used
            if term.block is not None:
                limits = (term.block.index, 1, term.block.copies)
                head = over_layers(displays.drawer, SUM, *limits)
                box = Apply(head, Fence(box, SQUARE))
            terms += terms_of(box)
        if total.around is None:
            return Sum(tuple(terms), stacked=len(terms) > 1), names
        side = self.of(total.around.window).drawer.box(total.around.value)
        return row(side, Fence(Sum(tuple(terms))), side), names


def page(network: Network, theory: Composed, steps: tuple[Step, ...]) -> Page:
    """Everything that a derivation for any depth shows."""
    pages = WindowPages()
    blocks: list[Block] = [Heading(1, "The network"), *network_blocks(network, theory, pages)]
    blocks += [Heading(1, "Notation"), *_notation(theory, steps)]
    blocks += [Heading(1, "The derivation")]
    for number, step in enumerate(steps, start=1):
        blocks += step_blocks(number, step, pages)
    return Page(network.name, tuple(blocks))


def _notation(theory: Composed, steps: tuple[Step, ...]) -> list[Block]:
    types = {
        type(node)
        for step in steps
        for equation in (*step.before, *step.after)
        for value in _values(equation.right)
        for node in nodes_in(value)
    }
    blocks = notation_blocks(types, *theory.notations)
    if LayerProduct in types:
        text = r"In $\prod_{l=1}^L [A_l]$ of matrices the highest $l$ stands on the left."
        blocks.append(Prose(text))
    return blocks


def _values(right: Expression) -> list[Any]:
    if isinstance(right, Summed):
        return [term.value for term in right.terms]
    return [right] if isinstance(right, sympy.Basic) else []


SHOWN = (
    "projections", "proportional limit", "saddle equations", "papers' normalisation",
    "closed fixed point", "predictor", "infinite width", "first correction", "Hessian",
)  # fmt: skip
"""The steps whose results make up the theory."""


def theory_lines(theory: Composed, steps: tuple[Step, ...]) -> Iterator[str]:
    """The theory in plain text, a line each."""
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
