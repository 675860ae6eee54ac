"""Displays of equations: in the symbols of the whole network, or of the windows of its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy

from derive.algebra.drawn_maps import over_layers
from derive.algebra.naming import Name, named
from derive.steps.displays import Displays
from derive.steps.naming import Names
from derive.steps.pages import Pages, Shown
from derive.steps.step import Equation
from derive.theories.networks.derivation.render.names import factored_sizes, names_of
from derive.theories.networks.derivation.repeat.summed import Summed
from derive.theories.networks.derivation.repeat.window import Window
from derive.theories.networks.derivation.theory import Theory
from derive.typeset.boxes import SQUARE, Apply, Box, Fence, Sum, row, terms_of
from derive.typeset.media import LATEX
from derive.typeset.page import Line
from derive.typeset.symbols import SUM, symbol


def displays_of(theory: Theory, names: Names) -> Displays:
    """What makes the displays of a theory; nothing is explained yet."""
    notation = theory.notation
    homes: dict[Any, Any] = {}
    for place, stream in enumerate(notation.streams()):
        homes[notation.overlap(stream.index)] = notation.width(stream.index)
        if theory.chain is not None:
            homes[theory.chain.overlaps[place]] = notation.width(stream.index)
    return Displays(homes, names)


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


def window_names(window: Window) -> Names:
    """The names of a window's theory, for its expressions as they are shown."""
    names = names_of(window.theory)
    notation = window.notation
    if not (notation.several or notation.shared):
        return names
    matrices = tuple(_shown(name, window) for name in names.matrices)
    return replace(names, matrices=matrices, sizes=names.sizes | _sizes(window))


def _shown(name: Name, window: Window) -> Name:
    text = name.name
    if window.notation.stacked and text == f"Y_{window.notation.letters[-1]}":
        text = text.replace("Y", "F")
    return named(window.shown(name.value), text)


def _sizes(window: Window) -> dict[Any, str | None]:
    """All vectors down to a weight of the lowest stream, by their number there."""
    if not window.notation.shared:
        return {}
    own = window.notation.graph.streams[0].weights
    return {
        size: window.notation.size_name(weight)
        for weight, size in factored_sizes(window.notation).items()
        if weight in own and not size.is_Atom
    }
