"""Rule 5, once more: the Hessian of the action, as a linear map of symmetric directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, gradient
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.share.rewrite import Share


@dataclass(frozen=True)
class Hessian:
    """The Hessian of the action, all order parameters jointly.

    Attributes:
        directions: The symbols dG_s, the lowest stream first.
        changes: What each gradient changes by along them; linear in the directions.
        follower: Of the share that follows the overlaps, where there is one, d rho, the change of
            dS/drho along the directions, and d^2S/drho^2.
    """

    directions: tuple[Any, ...]
    changes: tuple[Any, ...]
    follower: tuple[Any, Any, Any] | None = None

    @property
    def followers(self) -> tuple[tuple[Any, Any], ...]:
        """(d rho, value), solved; nothing without a share."""
        if self.follower is None:
            return ()
        step, push, stiffness = self.follower
        return ((step, -push / stiffness),)


def hessian(gradients: tuple[Any, ...], notation: Notation, share: Share | None = None) -> Hessian:
    r"""The change of every gradient along symmetric directions.

    .. math:: d\frac{\partial S}{\partial G_s} = \frac{\partial}{\partial G_s}
              \sum_t \mathrm{tr}\left(\frac{\partial S}{\partial G_t} dG_t\right)

    The directions are held fixed; that the order of the two derivatives does not matter makes the
    gradient of the slope the change of the gradient.

    Args:
        gradients: dS/dG_s, the lowest stream first.
        notation: The symbols.
        share: A number rho that follows the overlaps, as S stays stationary in it:

            .. math:: d\rho = -\left(\frac{\partial^2 S}{\partial\rho^2}\right)^{-1}
                      \frac{\partial}{\partial\rho}
                      \sum_t \mathrm{tr}\left(\frac{\partial S}{\partial G_t} dG_t\right)
    """
    streams = notation.streams()
    directions = tuple(notation.direction(s.index) for s in streams)
    pairs = zip(gradients, directions, strict=True)
    slope = sympy.Add(*(build.trace(build.mul(g, step)) for g, step in pairs))
    if share is None:
        changes = tuple(gradient(slope, notation.overlap(s.index)) for s in streams)
        return Hessian(directions, changes)
    step = sympy.Symbol(f"d{share.symbol.name}", real=True)
    follower = (step, gradient(slope, share.symbol), gradient(share.slope, share.symbol))
    slope += step * share.slope
    changes = tuple(gradient(slope, notation.overlap(s.index)) for s in streams)
    return Hessian(directions, changes, follower)
