r"""Rule 4, where features have a mean: the projections on it, at given overlaps.

The labels' part of the action is a square in the projections b, and the volume of vectors with
given overlaps and projections is one of b^T G^{-1} b / N. With

.. math:: -\ln(1 - q) = \max_{0 < \rho \le 1} \left[\frac{q}{\rho} - \frac1\rho + 1 - \ln\rho\right]

the whole is a square, whose minimum over b is found by completing it: as if b were Gaussian of
covariance rho G. One number is left, whatever the number of vectors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy

from derive.algebra import build, contains, gradient
from derive.algebra.kinds import Matrix
from derive.errors import RuleError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.change.rewrite import across
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.proportional.rewrite import Proportional
from derive.theories.networks.derivation.state import State
from derive.theories.networks.nodes import (
    Attended,
    MeanShare,
    PathReadout,
    path_kernel,
    path_projection,
)


@dataclass(frozen=True)
class Share:
    """What is left of the projections of the vectors that read features with a mean.

    Attributes:
        symbol: rho = 1 - b^T G^{-1} b / N, the share of the overlaps across the projections.
        slope: dS/drho; it vanishes, where S is largest in rho.
        value: rho at given overlaps.
        square: b b^T at given overlaps and rho.
        covariance: C + rho times the covariance that the means have for b of covariance G.
        fluctuation: What the Gaussian fluctuations of b add to the log evidence.
    """

    symbol: Any
    slope: Any
    value: Any
    square: Any
    covariance: Any
    fluctuation: Any


def eliminate_projections(law: State, limit: Proportional) -> tuple[Proportional, Share]:
    r"""Minimise the action over b at fixed overlaps; one number rho stays.

    .. math:: -N\ln\det(G - bb^\top/N) \to
              N \left[1 - \tfrac1\rho - \ln\rho\right] - N \ln\det G

    .. math:: (y - mb)^\top C^{-1} (y - mb) \to y^\top (C + \rho\, m G m^\top)^{-1} y

    Raises:
        RuleError: The action depends on the projections in another way.
    """
    notation, rho = law.notation, law.notation.share()
    width = notation.width(0)
    labels, mean, noise = find_normal(law.body, notation.labels()).args
    total = build.add(noise, build.scale(rho, mean_covariance(mean, notation)))
    square = build.mul(labels, build.transpose(labels))
    energy = build.logdet(noise) + build.trace(build.mul(build.inv(total), square))
    volume = width * (1 - 1 / rho - sympy.log(rho) - build.logdet(notation.overlap(0)))
    old = -width * build.logdet(across(notation, 0)) + limit.energy
    action = sympy.expand(limit.action - old) + sympy.expand(volume) + energy
    if contains(action, {notation.along()}):
        raise RuleError(f"the action depends on {notation.along()} beyond volume and labels")
    share = Share(
        symbol=rho,
        slope=gradient(action, rho),
        value=_value(noise, mean, notation),
        square=_square(total, mean, notation),
        covariance=total,
        fluctuation=(build.logdet(noise) - build.logdet(total)) / 2,
    )
    return replace(limit, action=action, energy=energy), share


def mean_covariance(
    mean: Any, notation: Notation, left: Attended | None = None, right: Attended | None = None
) -> Any:
    """The covariance m G m^T that means linear in b have, for b of covariance G.

    Args:
        mean: Of the labels.
        notation: The symbols.
        left: Means of features on one set of examples; those of the training examples by default.
        right: On the other.
    """
    own = notation.means()
    return build.scale(
        _factor(mean, notation), path_kernel(notation.bottom(), left or own, right or own)
    )


def _factor(mean: Any, notation: Notation) -> Any:
    """The square of the number in front of the readout of the means.

    Raises:
        RuleError: The labels' mean is no readout of the projections.
    """
    number, factors = build.split(mean)
    read = build.select(notation.along(), notation.span(notation.graph.weights[0].acts_on))
    if factors != (PathReadout(read, notation.means()),):
        raise RuleError(f"{mean} is no readout of {notation.along()}")
    return number**2


def _value(noise: Any, mean: Any, notation: Notation) -> Any:
    factor, means, inverse = _factor(mean, notation), notation.means(), build.inv(noise)
    response = build.scale(factor, path_projection(inverse, means, means))
    force = build.scale(factor, path_projection(_dual_square(noise, notation), means, means))
    return MeanShare(notation.bottom(), response, force, notation.width(0))


def _square(total: Any, mean: Any, notation: Notation) -> Any:
    """b b^T = rho^2 G m^T d d^T m G with d = (C + rho m G m^T)^{-1} y."""
    overlap, means = notation.overlap(0), notation.means()
    force = path_projection(_dual_square(total, notation), means, means)
    spans = notation.span(notation.graph.weights[0].acts_on)
    placed = build.place(force, spans, notation.vectors_count(0))
    number = notation.share() ** 2 * _factor(mean, notation)
    return build.scale(number, build.mul(overlap, placed, overlap))


def _dual_square(covariance: Matrix, notation: Notation) -> Any:
    inverse, labels = build.inv(covariance), notation.labels()
    return build.mul(inverse, labels, build.transpose(labels), inverse)
