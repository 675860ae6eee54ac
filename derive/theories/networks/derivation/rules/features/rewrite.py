"""A first layer of features: its density, and the Gaussian features that take their place."""

from __future__ import annotations

from typing import Any

import sympy

from derive.algebra import build
from derive.algebra.nodes import LogNormal
from derive.errors import RuleError
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.gaussian import find_normal, prior_variance
from derive.theories.networks.derivation.rules.start.rewrite import output, prior, starting_density
from derive.theories.networks.derivation.state import State
from derive.theories.networks.nodes import Attended, FeatureReadout, feature_readout, path_readout

PHI = sympy.Symbol("phi")
"""The nonlinearity; its value is a function of one number."""


def raw_features(notation: Notation) -> Any:
    """N_x, the number of features of an input; N_0 is that of the kernel's feature space."""
    return sympy.Symbol("N_x", positive=True, integer=True)


def feature_weights(notation: Notation) -> Any:
    """W, shape (N_1, N_x): the weights in front of the nonlinearity."""
    return build.matrix_symbol("W", notation.width(0), raw_features(notation))


def raw_inputs(notation: Notation) -> tuple[Attended, Attended]:
    """The inputs x, shape (P, N_x, tokens), and the operators of the paths, (P, tokens, M)."""
    tokens = sympy.Symbol("tokens", positive=True, integer=True)
    paths = notation.data().paths
    return (
        Attended("x", notation.examples, raw_features(notation), tokens),
        Attended("Omega", notation.examples, tokens, paths),
    )


def feature_density(notation: Notation) -> State:
    r"""Labels given the weights, and every weight's prior; the first layer is nonlinear.

    .. math:: f_\mu = \frac{1}{\sqrt{N_1}} \sum_{\pi s} g_\pi \cdot
              \phi(W x_{\mu s} / \sqrt{N_x})\, \Omega^\pi_{\mu s}
    """
    state = starting_density(notation)
    weights = feature_weights(notation)
    scaled = build.scale(1 / sympy.sqrt(raw_features(notation)), weights)
    readout = feature_readout(notation.above(0), scaled, *raw_inputs(notation), PHI)
    mean = build.scale(1 / sympy.sqrt(notation.width(0)), readout)
    labels = find_normal(state.body, notation.labels())
    spread = build.mul(notation.variance(0), sympy.Identity(build.rows(weights)))
    body = state.body - labels - prior(notation, 0)
    body += LogNormal(labels.args[0], mean, labels.args[2])
    body += LogNormal(weights, sympy.ZeroMatrix(*weights.shape), spread)
    return state.but(body=body)


def gaussian_features(state: State) -> State:
    r"""Replace features by Gaussian ones with the same moments, linear in weights V_0.

    .. math:: \phi(W x / \sqrt{N_x}) \to V_0\, \xi / \sqrt{N_0}, \qquad
              \frac{\sigma_0^2}{N_0}\, \xi \cdot \xi' = \kappa(x, x')

    Features of mean zero have this second moment. Those with a mean have a number m beside xi,

    .. math:: \phi(W x / \sqrt{N_x}) \to \frac{\sigma_0 m\, \mathbf 1 + V_0\, \xi}{\sqrt{N_0}},
              \qquad
              \frac{\sigma_0^2}{N_0}\, (m m' + \xi \cdot \xi') = \kappa(x, x')

    Raises:
        RuleError: The outputs do not read features, or read them in another way.
    """
    notation = state.notation
    labels = find_normal(state.body, notation.labels())
    number, factors = build.split(labels.args[1])
    if len(factors) != 1 or type(factors[0]) is not FeatureReadout:
        raise RuleError(f"{labels.args[1]} is no readout of features")
    weights = feature_weights(notation)
    features = find_normal(state.body, weights)
    own = prior(notation, 0)
    if prior_variance(features) != prior_variance(own) or factors[0].args[0] != notation.above(0):
        raise RuleError(f"{weights} and the vectors that read its features have other laws")
    gaussian = build.add(output(notation), *mean_output(notation))
    mean = build.scale(number * sympy.sqrt(notation.width(0)), gaussian)
    body = state.body - labels - features + own
    return state.but(body=body + LogNormal(labels.args[0], mean, labels.args[2]))


def mean_output(notation: Notation) -> tuple[Any, ...]:
    r"""What the mean of the features adds to the outputs, if they have one.

    .. math:: \frac{\sigma_0}{\sqrt{N_0 N_1}} \sum_\pi m^\pi_\mu\, g_\pi \cdot \mathbf 1
    """
    if not notation.has_mean:
        return ()
    projections = build.along(notation.above(0))
    scale = sympy.sqrt(notation.variance(0) / notation.features)
    return (build.scale(scale, path_readout(projections, notation.means())),)


def start(notation: Notation) -> State:
    """Rule 0 for any first layer."""
    nonlinear = notation.graph.weights[0].nonlinear
    return feature_density(notation) if nonlinear else starting_density(notation)
