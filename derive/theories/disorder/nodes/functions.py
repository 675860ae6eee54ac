"""Functions of the normal distribution; `erf` has no stable logarithm."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Function


class Tail(Function):
    r"""H(x), the probability that a standard Gaussian exceeds x.

    .. math:: H(x) = \int_x^\infty \frac{dz}{\sqrt{2\pi}} e^{-z^2/2}
    """

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, x: Any) -> Any:
        """H(0), H(oo), H(-oo)."""
        if x == 0:
            return sympy.Rational(1, 2)
        if x is sympy.oo:
            return sympy.S.Zero
        return sympy.S.One if x is -sympy.oo else None

    def fdiff(self, argindex: int = 1) -> Any:
        """- the normal density."""
        return -sympy.exp(-(self.args[0] ** 2) / 2) / sympy.sqrt(2 * sympy.pi)
