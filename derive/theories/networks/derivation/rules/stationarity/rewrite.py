"""Rule 5: stationarity; the gradient of the action with respect to every order parameter."""

from __future__ import annotations

from typing import Any

from derive.algebra import gradient
from derive.algebra.kinds import Scalar
from derive.theories.networks.derivation.notation import Notation


def stationarity(action: Scalar, notation: Notation) -> tuple[Any, ...]:
    r"""The symmetric gradients, the lowest stream first; each is zero at a saddle point.

    .. math:: dS = \sum_s \mathrm{tr}\left(\frac{\partial S}{\partial G_s} dG_s\right)
    """
    return tuple(gradient(action, notation.overlap(s.index)) for s in notation.streams())
