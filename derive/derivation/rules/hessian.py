"""Rule 5, once more: the Hessian of the action, as a linear map of symmetric directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from derive.algebra import build, gradient
from derive.derivation.notation import Notation


@dataclass(frozen=True)
class Hessian:
    """The Hessian of the action, all order parameters jointly.

    Attributes:
        directions: The symbols dG_s, the lowest stream first.
        changes: What each gradient changes by along them; linear in the directions.
    """

    directions: tuple[Any, ...]
    changes: tuple[Any, ...]


def hessian(gradients: tuple[Any, ...], notation: Notation) -> Hessian:
    r"""The change of every gradient along symmetric directions.

    .. math:: d\frac{\partial S}{\partial G_s} = \frac{\partial}{\partial G_s}
              \sum_t \mathrm{tr}\left(\frac{\partial S}{\partial G_t} dG_t\right)

    The directions are held fixed; that the order of the two derivatives does not matter makes the
    gradient of the slope the change of the gradient.

    Args:
        gradients: dS/dG_s, the lowest stream first.
        notation: The symbols.
    """
    streams = notation.streams()
    directions = tuple(notation.direction(s.index) for s in streams)
    pairs = zip(gradients, directions, strict=True)
    slope = sympy.Add(*(build.trace(build.mul(g, step)) for g, step in pairs))
    changes = tuple(gradient(slope, notation.overlap(s.index)) for s in streams)
    return Hessian(directions, changes)
