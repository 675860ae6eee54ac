"""A derivation for any depth as Markdown, LaTeX and plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import sympy

from derive.algebra import nodes
from derive.algebra.drawn_maps import over_layers
from derive.algebra.layered import LayerProduct
from derive.algebra.naming import Name, nodes_in
from derive.theories.networks.derivation.render.content import displays_of, show_apart, step_heading
from derive.theories.networks.derivation.render.diagram import drawn_lines
from derive.theories.networks.derivation.render.equations import Displays
from derive.theories.networks.derivation.render.network import DEFINITIONS, notation_blocks
from derive.theories.networks.derivation.render.terminal import COLUMNS, display_lines, steps_table
from derive.theories.networks.derivation.repeat.described import network_blocks, size_blocks
from derive.theories.networks.derivation.repeat.naming import window_names
from derive.theories.networks.derivation.repeat.steps import Derived, Group, RepeatedStep
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.statements import CHANGED
from derive.theories.networks.derivation.step import Equation
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Sum, row, terms_of
from derive.typeset.document import document_of
from derive.typeset.markdown import markdown_of
from derive.typeset.media import LATEX
from derive.typeset.page import (
    Block,
    Display,
    Heading,
    Items,
    Line,
    Page,
    Prose,
)
from derive.typeset.symbols import SUM, symbol
from derive.typeset.text import typeset, unicode_of


class Pages:
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

    def shown(self, window: Window, equations: tuple[Equation, ...]) -> list[Block]:
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
        lines = self._new((*(where.lines if where else ()), *extra))
        blocks: list[Block] = [*show_apart(display)]
        return [*blocks, Prose("where"), Display(lines)] if lines else blocks

    def _new(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        """The explanations of names that no window has explained in this step."""
        found = []
        for line in lines:
            assert line.left is not None
            name = LATEX.text(line.left)
            found += [] if name in self._told else [line]
            self._told.add(name)
        return tuple(found)

    def _explained(self, window: Window, names: list[Name]) -> list[Line]:
        found: list[Line] = []
        for name in names:
            if name not in self.explained:
                self.explained.append(name)
                right, _ = self.of(window).right(name.value)
                found.append(Line(symbol(name.name), right))
        return found

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


def page(derivation: Derived) -> Page:
    """Everything that a derivation for any depth shows."""
    pages = Pages()
    blocks: list[Block] = [Heading(1, "The network"), *network_blocks(derivation, pages)]
    blocks += [Heading(1, "Notation"), *_notation(derivation)]
    blocks += [Heading(1, "The derivation")]
    for number, step in enumerate(derivation.steps, start=1):
        blocks += step_blocks(number, step, pages)
    return Page(derivation.network.name, tuple(blocks))


def _notation(derivation: Derived) -> list[Block]:
    types = {
        type(node)
        for step in derivation.steps
        for equation in (*step.before, *step.after)
        for value in _values(equation.right)
        for node in nodes_in(value)
    }
    shown = types & (set(DEFINITIONS) | {nodes.LogNormal, nodes.Diagonal})
    blocks = notation_blocks(shown, *derivation.theory.notations)
    if LayerProduct in types:
        text = r"In $\prod_{l=1}^L [A_l]$ of matrices the highest $l$ stands on the left."
        blocks.append(Prose(text))
    return blocks


def _values(right: Any) -> list[Any]:
    if isinstance(right, Summed):
        return [term.value for term in right.terms]
    return [right] if isinstance(right, sympy.Basic) else []


def step_blocks(number: int, step: RepeatedStep, pages: Pages) -> list[Block]:
    """One step: heading, statement, the equations of every window, source."""
    pages.begin()
    blocks: list[Block] = [step_heading(number, step), Prose(typeset(step.statement))]
    for group in step.groups:
        blocks += _group_blocks(group, pages)
    return [*blocks, Prose(typeset(step.source), "Source")]


def _group_blocks(group: Group, pages: Pages) -> list[Block]:
    blocks: list[Block] = []
    where = group.where[:1].upper() + group.where[1:]
    if group.before:
        text = r"In $\ln p$," if group.before[0].left == CHANGED else "From"
        blocks += [Prose(f"{where}: {text[0].lower()}{text[1:]}" if where else text)]
        blocks += pages.shown(group.window, _bare(group.before))
        blocks += [Prose("becomes" if group.before[0].left == CHANGED else "it follows that")]
    elif where:
        blocks += [Prose(f"{where}:")]
    blocks += pages.shown(group.window, _bare(group.after))
    if group.moves:
        moves = tuple(typeset(move) for move in group.moves)
        blocks.append(Items(moves, "Moves", numbered=True))
    return blocks


def _bare(equations: tuple[Equation, ...]) -> tuple[Equation, ...]:
    """Terms of the log density stand by themselves."""
    return tuple(Equation("", e.right) if e.left == CHANGED else e for e in equations)


def markdown(derivation: Derived) -> str:
    """The derivation as Markdown, its equations in LaTeX between double dollar signs."""
    return markdown_of(page(derivation))


def step_markdown(derivation: Derived, name: str) -> str:
    """One step by its name, as it stands in the page.

    Raises:
        KeyError: There is no step of this name; the message lists those that there are.
    """
    pages = Pages()
    for number, step in enumerate(derivation.steps, start=1):
        if step.name == name:
            text = markdown_of(Page("", tuple(step_blocks(number, step, pages))))
            return text.partition("\n")[2].strip() + "\n"
    raise KeyError(", ".join(step.name for step in derivation.steps))


def document(derivation: Derived) -> str:
    """The derivation as a LaTeX document that plain pdfLaTeX compiles as it is."""
    return document_of(page(derivation))


SHOWN = (
    "proportional limit", "saddle equations", "papers' normalisation", "closed fixed point",
    "predictor", "infinite width", "first correction",
)  # fmt: skip
"""The steps whose results make up the theory."""


def table(derivation: Derived) -> str:
    """The steps as a table in plain text, and the theory below it."""
    network = derivation.network
    title = textwrap.wrap(f"{network.name}: {network.describe()}", COLUMNS, subsequent_indent="  ")
    drawing, steps = drawn_lines(network), steps_table(derivation.steps)
    return "\n".join((*title, "", *drawing, "", *steps, "", *theory_lines(derivation)))


def theory_lines(derivation: Derived) -> Iterator[str]:
    """The theory in plain text, a line each."""
    pages = Pages()
    for block in size_blocks(derivation, pages):
        if isinstance(block, Display):
            yield from (f"  {line}" for line in display_lines(block))
        elif isinstance(block, Prose):
            yield unicode_of(block.text)
    for step in derivation.steps:
        if step.name not in SHOWN:
            continue
        pages.begin()
        yield unicode_of(step.name[0].upper() + step.name[1:])
        for group in step.groups:
            if group.where:
                yield f"  {unicode_of(group.where)}"
            for block in pages.shown(group.window, group.after):
                if isinstance(block, Display):
                    yield from (f"  {line}" for line in display_lines(block))
