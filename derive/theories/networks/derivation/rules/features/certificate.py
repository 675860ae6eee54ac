"""Certificate of Gaussian features: second moments by quadrature, and how fast laws approach."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random

import numpy as np

from derive.errors import CertificateError
from derive.steps.compare import Agreement, certifying, exact
from derive.steps.step import Evidence
from derive.theories.networks.derivation.certifying.dense import log_independent, units
from derive.theories.networks.derivation.certifying.instance import Array, Instance, Numbers
from derive.theories.networks.derivation.certifying.rest import require_rest
from derive.theories.networks.derivation.notation import Notation
from derive.theories.networks.derivation.rules.features.rewrite import feature_weights
from derive.theories.networks.derivation.rules.gaussian import find_normal
from derive.theories.networks.derivation.rules.start.certificate import label_law
from derive.theories.networks.derivation.state import State
from derive.theories.networks.derivation.turns import (
    choose_heads,
    counted,
    head_counts,
    hidden,
    rounds,
    unequal,
)
from derive.theories.networks.description import Features
from derive.theories.networks.description.feature_inputs import mean_direction
from derive.theories.networks.description.feature_maps import (
    feature_map,
    has_mean,
    kernel_matrix,
    kernel_mean,
)
from derive.theories.networks.description.kernel_factor import kernel_factor

DIGITS = 11
"""Kernels are found in float64, and so are these integrals."""
EXAMPLES, FEW_PATHS = 3, 2
"""As few as may be: every pair of tokens costs an integral."""
SCALES = (1, 4, 16)
"""Factors of the number of neurons."""
REACH, NODES = 9.0, 48
"""Of the radial integrals: exp(-81/2) is beyond float64."""


@certifying
def gaussian_features(
    agreement: Agreement, layer: Features, before: State, after: State
) -> Evidence:
    r"""Second moments of the outputs, and the law of one label at a growing number of neurons.

    A neuron's features carry a random sign, as the law of the vectors is the same for both. The
    kernel is integrated in the plane of two preactivations, in polar coordinates. The law of one
    label, T its noise, is a Fourier integral over

    .. math:: \prod_i \langle \cos(t\, g_i\, \phi(h) / \sqrt{N}) \rangle

    whose distance to the Gaussian one must fall like 1/N. Where a kernel alone is given, its
    values are taken pair by pair, and the features are signs times the root of the kernel.

    Features with a mean carry no random sign: means are integrated too, and the distance falls
    like 1/N in the average over both sides of the mean, and not slower than 1/sqrt(N) on each.
    """
    agreement = Agreement(min(agreement.digits, DIGITS))
    _require_gone(before, after)
    turns = head_counts(after.notation, FEW_PATHS)
    for seed, heads in rounds(turns):
        _second_moments(layer, after, agreement, (seed, heads))
    order = _observed_order(layer, after)
    moments = "first and second" if after.notation.has_mean else "second"
    evidence = agreement.evidence(
        f"{moments} moments of f by quadrature of the features; the law of a label nears the "
        f"Gaussian one with order {order:.2f} in 1/N, from {SCALES[0]} to {SCALES[-1]} copies "
        "of the neurons" + hidden(after.notation, turns)
    )
    return Evidence(min(evidence.digits, DIGITS), evidence.detail)


def _require_gone(before: State, after: State) -> None:
    notation = before.notation
    if after.definitions != before.definitions:
        raise CertificateError("the definitions of vectors changed")
    labels, weights = notation.labels(), feature_weights(notation)
    require_rest(before, after, {labels, weights}, {labels, notation.tensor(0)})
    if len(after.body.args) != len(before.body.args):
        raise CertificateError("the density has another number of factors")
    if label_law(after).args[2] != label_law(before).args[2]:
        raise CertificateError("the noise of the labels changed")


def _second_moments(
    layer: Features, after: State, agreement: Agreement, given: tuple[int, tuple[int, ...]]
) -> None:
    (seed, heads), notation = given, after.notation
    sample = Instance(notation, heads, (), EXAMPLES, random=Random(seed))
    paths = sample.block_size(0)
    inputs = sample.array(sample.examples, sample.features, 2)
    operators = sample.array(sample.examples, 2, paths)
    parts = [(inputs, operators)]
    factors = kernel_factor(layer, sample.variance(0), parts)
    direction = mean_direction(layer, sample.variance(0), parts, factors)
    (attended,) = factors
    rank = attended.shape[1]
    taken = (EXAMPLES, rank, *counted(notation, heads))
    widths = unequal((2,) * len(notation.streams()), taken)
    numbers = Instance(notation, heads, widths, EXAMPLES, rank, sample.random).point(())
    numbers |= {notation.data(): attended}
    if direction is not None:
        numbers |= _apart(notation, attended, direction)
    mean = label_law(after).args[1]

    def outputs(unit: Array) -> Array:
        value = agreement.value(mean, {**numbers, notation.tensor(0): unit})
        return np.asarray(value[:, 0], dtype=float)

    centre = outputs(np.zeros((widths[0], rank)))
    response = np.stack([outputs(unit) - centre for unit in units(widths[0], rank)], axis=1)
    kernel = _moments(layer, sample.variance(0), inputs)
    vectors = np.concatenate(
        [numbers[notation.vectors(k)] for k in notation.graph.weights[0].acts_on]
    )
    gram = vectors @ vectors.T / widths[0]
    means = _first_moments(layer, sample.variance(0), inputs)
    # two neurons share no more than their means, with the weight that one and the same has not
    kernel = kernel - np.einsum("as,bt->asbt", means, means)
    expected = np.einsum("asp,pq,btq,asbt->ab", operators, gram, operators, kernel)
    sums = vectors.sum(axis=1) / np.sqrt(widths[0])
    means = np.einsum("asp,p,as->a", operators, sums, means)
    agreement.compare("the means of f", centre, means)
    expected = expected + np.outer(means, means)
    moments = sample.variance(0) * response @ response.T + np.outer(centre, centre)
    agreement.compare("the second moments of f", moments, expected)
    law = find_normal(after.body, notation.tensor(0))
    weights = sample.array(widths[0], rank)
    entries = exact(agreement.arithmetic, weights)
    independent = log_independent(agreement.arithmetic, entries, sample.variance(0))
    density = agreement.value(law, {**numbers, notation.tensor(0): weights})
    agreement.compare("the law of the weights of Gaussian features", density, independent)


def _apart(notation: Notation, attended: Array, direction: Array) -> Numbers:
    """Attended inputs without the mean, (1 - w w^T)^(1/2) xi, and the mean, w.xi."""
    square = np.eye(len(direction)) - np.outer(direction, direction)
    values, axes = np.linalg.eigh(square)
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    return {
        notation.data(): np.einsum("ij,ajp->aip", root, attended),
        notation.means(): np.einsum("i,aip->ap", direction, attended)[:, None],
    }


def _first_moments(layer: Features, variance: float, inputs: Array) -> Array:
    """<phi> of all tokens of all examples, shape (P, T); zero where features carry signs."""
    examples, _, tokens = inputs.shape
    if not has_mean(layer.kernel):
        return np.zeros((examples, tokens))
    return np.array([
        [first_moment(layer, variance, inputs[example, :, token]) for token in range(tokens)]
        for example in range(examples)
    ])  # fmt: skip


def first_moment(layer: Features, variance: float, x: Array) -> float:
    """<phi(h)> of one input by quadrature; a given kernel with a mean has its own value."""
    known = feature_map(layer.kernel)
    if known is None:
        return float(kernel_mean(layer.kernel, x[None], variance)[0])
    points = [_legendre(low, high) for low, high in ((-REACH, 0.0), (0.0, REACH))]
    scale = math.sqrt(variance / len(x) * (x @ x))
    return sum(
        float(known.activation(scale * h) @ (w * np.exp(-(h**2) / 2))) for h, w in points
    ) / math.sqrt(2 * np.pi)


def _moments(layer: Features, variance: float, inputs: Array) -> Array:
    """<phi phi'> of all tokens of all examples, shape (P, T, P, T), each pair by itself."""
    examples, _, tokens = inputs.shape
    flat = inputs.transpose(0, 2, 1).reshape(examples * tokens, -1)
    moments = np.empty((len(flat), len(flat)))
    for i, x in enumerate(flat):
        for j, z in enumerate(flat[: i + 1]):
            moments[i, j] = moments[j, i] = second_moment(layer, variance, x, z)
    return moments.reshape(examples, tokens, examples, tokens)


def second_moment(layer: Features, variance: float, x: Array, z: Array) -> float:
    """<phi(h) phi(h')> of two inputs by quadrature; a given kernel has its own value."""
    known = feature_map(layer.kernel)
    if known is None:
        return float(kernel_matrix(layer.kernel, x[None], z[None], variance)[0, 0])
    scale = variance / len(x)
    lengths = math.sqrt(scale * (x @ x)), math.sqrt(scale * (z @ z))
    cosine = float(np.clip(scale * (x @ z) / (lengths[0] * lengths[1]), -1, 1))
    between = 0.0 if np.array_equal(x, z) else math.acos(cosine)
    # along these directions a preactivation changes its sign
    breaks = sorted({angle + s * np.pi / 2 for angle in (0.0, between) for s in (-1, 1)})
    radius, weight = _legendre(0.0, REACH)
    weight = weight * radius * np.exp(-(radius**2) / 2) / (2 * np.pi)
    total = 0.0
    for low, high in pairwise((*breaks, breaks[0] + 2 * np.pi)):
        angle, spread = _legendre(low, high)
        one = known.activation(lengths[0] * np.outer(np.cos(angle), radius))
        two = known.activation(lengths[1] * np.outer(np.cos(angle - between), radius))
        total += float(spread @ (one * two) @ weight)
    return total


def _legendre(low: float, high: float) -> tuple[Array, Array]:
    points, weights = np.polynomial.legendre.leggauss(NODES)
    half = (high - low) / 2
    return low + half * (points + 1), half * weights


def _observed_order(layer: Features, after: State) -> float:
    """The order in 1/N with which ln p(y) of one label nears that of a Gaussian."""
    sample = Instance(after.notation, choose_heads(after.notation), (5,), random=Random(7))
    x, vector, noise = sample.array(sample.features), sample.array(5), sample.temperature
    mean = _mean_of_one(layer, sample.variance(0), x)
    kappa = second_moment(layer, sample.variance(0), x, x) - mean**2
    sides = (LABEL, -LABEL) if mean else (LABEL,)
    gaps, skewed = [], []
    for scale in SCALES:
        spread = float(np.mean(vector**2)) * kappa + noise
        gaussian = -(LABEL**2 / spread + math.log(2 * np.pi * spread)) / 2
        transform = _transform(layer, (sample.variance(0), x), (vector, scale), noise)
        laws = [_log_density(transform, side) for side in sides]
        gaps.append(sum(laws) / len(laws) - gaussian)
        skewed.append(max(abs(law - gaussian) for law in laws))
    order, slowest = (
        math.log(abs(distances[-2] / distances[-1])) / math.log(SCALES[-1] / SCALES[-2])
        for distances in (gaps, skewed)
    )
    if not (abs(order - 1) < 0.2 and slowest > 0.4):
        raise CertificateError(
            f"the law of a label nears the Gaussian one with order {order:.2f} in 1/N, not 1"
        )
    return order


LABEL = 0.75
"""The label at which laws are compared."""


def _mean_of_one(layer: Features, variance: float, x: Array) -> float:
    """<phi>; zero where features carry signs, as they do where their law is not known."""
    known = feature_map(layer.kernel)
    signs = known is None or not has_mean(layer.kernel)
    return 0.0 if signs else first_moment(layer, variance, x)


STEP = 0.01
"""Of Fourier integrals."""


def _transform(
    layer: Features, at: tuple[float, Array], copied: tuple[Array, int], noise: float
) -> tuple[Array, Array]:
    """Times, and the transform of the density of g . phi / sqrt(N) + noise about its mean.

    The vector g is some entries, and how many copies of each there are.
    """
    entries, copies = copied
    times = np.arange(0, math.sqrt(2 * 40 / noise), STEP)
    values = np.exp(-noise * times**2 / 2)
    for entry in entries:
        scaled = times * entry / math.sqrt(copies * len(entries))
        values = values * _characteristic(layer, at, scaled) ** copies
    return times, values


def _log_density(transform: tuple[Array, Array], label: float) -> float:
    """ln of the density at a distance from its mean."""
    times, values = transform
    values = (values * np.exp(-1j * times * label)).real
    return math.log(STEP * (values.sum() - values[0] / 2) / np.pi)


def _characteristic(layer: Features, at: tuple[float, Array], times: Array) -> Array:
    """<cos(t phi(h))>; of features with a mean <exp(i t (phi(h) - <phi>))>."""
    variance, x = at
    mean = _mean_of_one(layer, variance, x)
    known = feature_map(layer.kernel)
    if known is None:
        return np.asarray(np.cos(times * math.sqrt(second_moment(layer, variance, x, x))))
    values = np.zeros(len(times), dtype=complex)
    for low, high in ((-REACH, 0.0), (0.0, REACH)):
        h, weight = _legendre(low, high)
        weight = weight * np.exp(-(h**2) / 2) / math.sqrt(2 * np.pi)
        phi = known.activation(math.sqrt(variance / len(x) * (x @ x)) * h)
        values += np.exp(1j * np.outer(times, phi - mean)) @ weight
    return values if mean else values.real


__all__ = ["first_moment", "gaussian_features", "second_moment"]
