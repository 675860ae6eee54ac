"""Rule 1: integrate the input weights; the labels become Gaussian."""

from __future__ import annotations

from sympy import ZeroMatrix

from derive.algebra import build, contains
from derive.algebra.nodes import LogNormal
from derive.theories.networks.derivation.rules.gaussian import (
    find_normal,
    output_covariance,
    prior_variance,
)
from derive.theories.networks.derivation.state import State


def integrate_input_weights(state: State) -> State:
    r"""Integrate V_0, on which the outputs depend linearly.

    .. math:: \int dV\, \mathcal N(V; 0, \sigma^2)\, \mathcal N(y; f(V), T)
              = \mathcal N(y; f(0), \mathrm{cov} f + T)

    Raises:
        RuleError: The outputs are not linear in the input weights.
    """
    notation = state.notation
    weight = notation.tensor(0)
    labels = find_normal(state.body, notation.labels())
    prior = find_normal(state.body, weight)
    _, mean, noise = labels.args
    data = notation.data()
    linear = [term for term in build.terms(mean) if contains(term, {weight})]
    rest = [term for term in build.terms(mean) if term not in linear]
    mean = build.add(*linear) if linear else mean
    signal = output_covariance(mean, weight, prior_variance(prior), data, data)
    centre = build.add(ZeroMatrix(*notation.labels().shape), *rest)
    marginal = LogNormal(notation.labels(), centre, build.add(signal, noise))
    body = state.body - labels - prior + marginal
    return state.but(
        body=body,
        weights=tuple(k for k in state.weights if k != 0),
        outputs=(mean, prior_variance(prior)),
    )
