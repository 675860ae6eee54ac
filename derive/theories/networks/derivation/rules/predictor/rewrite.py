"""The predictor: condition the Gaussian law of outputs on the labels, at fixed overlaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.algebra import build
from derive.errors import RuleError
from derive.theories.networks.derivation.rules.gaussian import find_normal, output_covariance
from derive.theories.networks.derivation.rules.share.rewrite import Share, mean_covariance
from derive.theories.networks.derivation.state import State


@dataclass(frozen=True)
class Predictor:
    """Mean and variance of the output on test examples, given the overlaps.

    Attributes:
        kernel: K_* between test and training examples.
        own_kernel: K_** among test examples.
        covariance: K + temperature, of the training labels.
        mean: A column over test examples.
        variance: A column over test examples.
    """

    kernel: Any
    own_kernel: Any
    covariance: Any
    mean: Any
    variance: Any


def predictor(law: State, to_overlaps: Any, share: Share | None = None) -> Predictor:
    r"""Condition the outputs on the labels.

    .. math:: \langle f_*\rangle = K_*(K+T)^{-1}y, \qquad
              \mathrm{var} f_* = \mathrm{diag}\left(K_{**} - K_*(K+T)^{-1}K_*^T\right)

    Args:
        law: The exact law of labels and overlaps.
        to_overlaps: Turns a kernel of vectors into one of overlaps (rule 3's replacement).
        share: Where features have a mean; their projections are then Gaussian around the point
            where the action is stationary, and add to every covariance.
    """
    notation = law.notation
    if law.outputs is None:
        raise RuleError(
            "the predictor needs the outputs in the input weights; integrate them first"
        )
    mean, variance = law.outputs
    train, test = notation.data(), notation.data(test=True)
    cross = to_overlaps(output_covariance(mean, notation.tensor(0), variance, test, train))
    own = to_overlaps(output_covariance(mean, notation.tensor(0), variance, test, test))
    _, centre, covariance = find_normal(law.body, notation.labels()).args
    if share is not None:
        means, tests = notation.means(), notation.means(test=True)
        covariance, rho = share.covariance, share.symbol
        added = mean_covariance(centre, notation, tests, means)
        cross = build.add(cross, build.scale(rho, added))
        added = mean_covariance(centre, notation, tests, tests)
        own = build.add(own, build.scale(rho, added))
    inverse = build.inv(covariance)
    explained = build.mul(cross, inverse, build.transpose(cross))
    return Predictor(
        kernel=cross,
        own_kernel=own,
        covariance=covariance,
        mean=build.mul(cross, inverse, notation.labels()),
        variance=build.diagonal(build.subtract(own, explained)),
    )
