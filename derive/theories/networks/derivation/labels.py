"""What results are called, in LaTeX, and the paper of the founding case."""

from __future__ import annotations

from derive.algebra.kinds import Matrix
from derive.algebra.latex import latex

MEAN = r"\langle f_\ast \rangle"
VARIANCE = r"\mathrm{var}\ f_\ast"
CONSTANT = r"\ln p + \frac{1}{2} S"
VOLUME = r"\text{volume}"
DROPPED = r"\text{dropped}"
FLUCTUATION = r"\text{fluctuations of } b"
CHAIN_ACTION = r"S_U"
CHAIN_SHIFT = r"S - S_U"
PAPER = "Tiberi, Mignacco, Irie, Sompolinsky 2024 (arXiv:2405.15926)"


def slope_name(overlap: Matrix) -> str:
    """What the gradient with respect to an order parameter is called, in LaTeX."""
    return rf"\partial S/\partial {latex(overlap)}"
