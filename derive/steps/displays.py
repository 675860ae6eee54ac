"""From the equations of a step to displayed lines: names folded in, sums regrouped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from derive.algebra import build, nodes
from derive.algebra.drawing import Drawer
from derive.algebra.kinds import Expression, Matrix
from derive.algebra.naming import Name, nodes_in
from derive.steps.matrices import clipped, tidy
from derive.steps.naming import Names
from derive.steps.step import Equation
from derive.steps.sums import by_stream, collected, groups_box, terms_box
from derive.typeset.boxes import Atom, Box
from derive.typeset.media import LATEX
from derive.typeset.page import Display, Line
from derive.typeset.symbols import symbol
from derive.typeset.text import unicode_math


def verbatim(latex: str) -> Atom:
    """A left-hand side given in LaTeX."""
    plain = unicode_math(latex)
    signs = len(plain.replace(" ", "").replace("_", ""))
    return Atom(latex, plain, 0.45 * signs + 0.3 * plain.count(" "))


def _is_factored(matrix: Matrix) -> bool:
    """Whether a product with sums among its factors is best left so: nothing in it cancels."""
    factors = build.split(matrix)[1] if type(matrix) is sympy.MatMul else ()
    sums = [factor for factor in factors if type(factor) is sympy.MatAdd]
    inverses = {build.inv(factor) for factor in factors if type(factor) is nodes.Overlap}
    return bool(sums) and not inverses & nodes_in(*sums)


@dataclass
class Displays:
    """Makes displays, and explains every name where it is first used.

    Attributes:
        homes: From overlaps to the widths of their streams, the lowest stream first.
        names: What is printed by name.
        explained: The names explained so far.
    """

    homes: Mapping[Any, Any]
    names: Names
    explained: list[Name] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.drawer = Drawer(self.names.sizes)
        self._shown: dict[Any, tuple[Box, tuple[Name, ...]]] = {}

    def of(self, equations: tuple[Equation, ...]) -> tuple[Display, Display | None]:
        """The equations, and what is new among the names in them.

        A right-hand side may be an expression, LaTeX, or a box.
        """
        lines: list[Line] = []
        used: list[Name] = []
        for equation in equations:
            self._note(equation)
            right, names = self.right(equation.right)
            lines.append(Line(self._left(equation.left), right))
            used += names
        where = self._explanations(used)
        return Display(tuple(lines)), Display(tuple(where)) if where else None

    def _explanations(self, used: Sequence[Name]) -> list[Line]:
        """Definitions of names not explained yet, and of those that these use."""
        lines = []
        for name in used:
            if name not in self.explained:
                self.explained.append(name)
                right, inner = self.right(name.value)
                lines += [Line(symbol(name.name), right), *self._explanations(inner)]
        return lines

    def _note(self, equation: Equation) -> None:
        """An equation that is itself the definition of a name explains it."""
        for name in self.names.matrices:
            if name.value == equation.right and equation.left in (name.name, name.symbol):
                self.explained.append(name)

    def _left(self, left: Expression) -> Box | None:
        if isinstance(left, str):
            return verbatim(left) if left else None
        return self.drawer.box(left)

    def right(self, right: Expression) -> tuple[Box, tuple[Name, ...]]:
        """A right-hand side, and the names that it uses."""
        if right not in self._shown:
            self._shown[right] = self._drawn(right)
        return self._shown[right]

    def _drawn(self, right: Expression) -> tuple[Box, tuple[Name, ...]]:
        if isinstance(right, str | Box):
            return verbatim(right) if isinstance(right, str) else right, ()
        if nodes.Diagonal in {type(node) for node in nodes_in(right)}:
            right = tidy(right, share=False)  # so that a kernel's coefficient stands beside it
        folded, used = self.names.fold(right)
        matrix = getattr(folded, "is_Matrix", False)
        return (self._matrix(folded) if matrix else self._number(folded)), used

    def _matrix(self, folded: Expression) -> Box:
        """A matrix, rearranged where that makes it shorter."""
        folded = clipped(folded)
        given = self.drawer.box(folded)
        if type(folded) not in (sympy.MatAdd, sympy.MatMul) or _is_factored(folded):
            return given
        shorter = self.drawer.box(tidy(folded))
        return shorter if LATEX.width(shorter) <= LATEX.width(given) else given

    def _number(self, folded: Expression) -> Box:
        """A sum of numbers: laws and actions stream by stream, all else collected."""
        kinds = {type(node) for node in nodes_in(folded)}
        law = bool(kinds & {nodes.LogNormal, nodes.LogMultigamma})
        if not law and sympy.Trace not in kinds:
            return terms_box(collected(folded), self.drawer)
        return groups_box(by_stream(folded, self.homes, factored=not law), self.drawer)
