"""What is said of the Hessian, and its source."""

from __future__ import annotations

import sympy

from derive.steps.step import Equation
from derive.theories.networks.derivation.labels import slope_name
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.hessian.rewrite import Hessian

HESSIAN = (
    "The gradients change along symmetric directions $dG$ of all overlaps jointly: the Hessian, as "
    "a linear map. Its spectrum depends on coordinates; here they are whitened, with $X$ symmetric "
    r"and $\sum_s \mathrm{tr}\ X_s^2 = 1$. A direction is stiff where its eigenvalue $\lambda$ is "
    "large, and sloppy where it is small.",
    "matrix differentiation in reverse, twice",
)

WHITENED = ("dG_s", r"G_s^{1/2}\ X_s\ G_s^{1/2}")
EIGENVALUES = (r"\lambda\ X_s", r"G_s^{1/2}\ d(\partial S/\partial G_s)\ G_s^{1/2}")
"""Both sides of what defines the coordinates, and of the eigenvalue problem in them."""


def hessian_equations(hessian: Hessian, notation: Notation) -> tuple[Equation, ...]:
    """The changes of the gradients, and the eigenvalue problem in whitened coordinates."""
    pairs = zip(notation.streams(), hessian.changes, strict=True)
    shown = []
    if hessian.follower is not None:
        step, push, stiffness = hessian.follower
        shown.append(Equation("0", sympy.expand(push + step * stiffness)))
    shown += [
        Equation(f"d({slope_name(notation.overlap(s.index))})", change) for s, change in pairs
    ]
    return (*shown, Equation(*WHITENED), Equation(*EIGENVALUES))
