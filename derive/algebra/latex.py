"""LaTeX and plain text in the notation of the papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from derive.algebra.drawing import Drawer
from derive.algebra.kinds import Expression
from derive.algebra.naming import fold, named
from derive.typeset.boxes import Box
from derive.typeset.media import LATEX, PLAIN


def box(expression: Expression, names: Mapping[Any, str] | None = None) -> Box:
    """The expression as a box, which both media print."""
    names = names or {}
    matrices = [named(value, name) for value, name in names.items() if value.is_Matrix]
    sizes = {value: name for value, name in names.items() if not value.is_Matrix}
    return Drawer(sizes).box(fold(sympy.sympify(expression), matrices))


def latex(expression: Expression, names: Mapping[Any, str] | None = None) -> str:
    r"""LaTeX of an expression.

    Args:
        expression: A SymPy expression, or one of ours.
        names: From subexpressions to the names they are printed by: matrices (also multiples of
            named products), or sizes.

    >>> from derive.algebra import build, latex
    >>> G = build.overlap("G_2", 3)
    >>> latex(build.logdet(G) + build.trace(build.inv(G)), {G: "U_1"})
    '\\ln\\det U_1 + \\mathop{\\mathrm{tr}}\\nolimits U_1^{-1}'

    Raises:
        NoRule: A node without a rule.
    """
    return LATEX.text(box(expression, names))


def plain(expression: Expression, names: Mapping[Any, str] | None = None) -> str:
    """The expression in plain text, for a terminal.

    >>> from derive.algebra import build
    >>> G = build.overlap("G_2", 3)
    >>> plain(build.logdet(build.scale(2, build.inv(G))))
    '3 ln 2 − ln det G₂'

    Raises:
        NoRule: A node without a rule.
    """
    return PLAIN.text(box(expression, names))
