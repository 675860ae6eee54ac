"""What operators mean: those that occur are explained on a page. A theory's nodes bring theirs."""

from __future__ import annotations

from derive.algebra import nodes
from derive.algebra.rules import Table
from derive.typeset.boxes import Atom
from derive.typeset.page import Display, Line

HOME = "derive/steps/operators.py"
DEFINITIONS = Table("define", HOME, {
    nodes.Lift: (r"(I_H \otimes A)_{h\pi, h'\pi'}", r"\delta_{hh'}\ A_{\pi\pi'}"),
    nodes.PartialTrace: (
        r"(\mathop{\mathrm{tr}}\nolimits_H A)_{\pi\pi'}",
        r"\sum_{h=1}^H A_{h\pi, h\pi'}",
    ),
    nodes.Block: (r"[G]_{a:b}", r"(G_{\pi\pi'})_{a < \pi, \pi' \le b}"),
    nodes.Embed: (r"[\mathcal{E}_{a:b}[A]]_{a:b}", r"A, \text{ zeros elsewhere}"),
    nodes.Selection: (
        r"\Pi_{a:b, c:d}\ A",
        r"\text{the rows } a+1, \dots, b, c+1, \dots, d \text{ of } A",
    ),
    nodes.BlockDiagonal: (r"A \oplus B", r"\begin{pmatrix} A & 0 \\ 0 & B \end{pmatrix}"),
    nodes.Stack: (r"[A; B]", r"\begin{pmatrix} A \\ B \end{pmatrix}"),
    nodes.Along: (r"\mathbf{1}[g]", r"g\ \mathbf{1} / \sqrt{N}"),
    nodes.LogMultigamma: (
        r"\Gamma_m(x)",
        r"\pi^{m(m-1)/4} \prod_{j=1}^m \Gamma\left(x - \frac{j-1}{2}\right)",
    ),
})  # fmt: skip
"""Exact node type to both sides of its definition, in LaTeX."""
WORDS = Table("explain", HOME, {
    nodes.LogNormal: r"$\mathcal{N}(X; M, \Sigma)$ is the density of a matrix $X$ of mean $M$ "
    r"whose columns are independent Gaussian vectors of covariance $\Sigma$.",
    nodes.Diagonal: r"$\mathrm{diag}(A)$ is the diagonal of $A$, as a column.",
})  # fmt: skip
"""Exact node type to a sentence about it."""


def _in_order(table: Table, types: set[type]) -> list[type]:
    """Those of a table that occur, a theory's own first."""
    occur = [kind for kind in table if kind in types]
    return sorted(occur, key=lambda kind: kind.__module__ == nodes.__name__)


def definitions(types: set[type]) -> Display:
    """The definitions of operators that occur."""
    sides = (DEFINITIONS[kind] for kind in _in_order(DEFINITIONS, types))
    return Display(tuple(Line(Atom(a, a, 6.0), Atom(b, b, 12.0)) for a, b in sides))


def words(types: set[type]) -> tuple[str, ...]:
    """The sentences about operators that occur."""
    return tuple(WORDS[kind] for kind in _in_order(WORDS, types))
