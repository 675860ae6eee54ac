"""SymPy nodes for overlaps and paths, and the operations on them, one file each."""

from derive.algebra import build, elementary, nodes
from derive.algebra.differentiate import gradient
from derive.algebra.evaluate import evaluate
from derive.algebra.latex import latex
from derive.algebra.normal import equal, normal
from derive.algebra.rebuild import contains, rebuild, substitute
from derive.algebra.series import taylor

__all__ = [
    "build",
    "contains",
    "elementary",
    "equal",
    "evaluate",
    "gradient",
    "latex",
    "nodes",
    "normal",
    "rebuild",
    "substitute",
    "taylor",
]
